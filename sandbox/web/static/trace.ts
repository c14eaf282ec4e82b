import { el } from "./dom.ts"
import { toast } from "./toast.ts"

/** A trace's id: a link to the trace if there is a store of traces, else a button that copies it. */
export const traceChip = (trace: string, traceUrl: string | null): HTMLElement => {
  const label = `trace ${trace.slice(0, 8)}`
  if (traceUrl !== null)
    return el("a", {
      class: "trace",
      text: `${label} ↗`,
      title: `Open trace ${trace}`,
      attributes: {
        href: traceUrl.replaceAll("{trace_id}", trace),
        target: "_blank",
        rel: "noopener noreferrer"
      }
    })
  return el("button", {
    class: "trace",
    text: label,
    title: `Copy ${trace}`,
    attributes: { type: "button", "data-trace": trace },
    onClick: () => {
      copy(trace).then(
        () => toast("Trace id copied"),
        () => toast(`Trace id: ${trace}`)
      )
    }
  })
}

/** The clipboard is missing on a page from another machine. */
const copy = async (text: string) => {
  if (navigator.clipboard === undefined) throw new Error("no clipboard")
  await navigator.clipboard.writeText(text)
}
