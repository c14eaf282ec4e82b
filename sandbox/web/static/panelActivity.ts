import { el } from "./dom.ts"
import type { State } from "./store.ts"
import { timeElement } from "./time.ts"
import { traceChip } from "./trace.ts"

/** Everything that happened, newest first. */
export const drawActivity = ({ view }: State): ReadonlyArray<Node> => {
  const traceUrl = view.settings?.traceUrl ?? null
  return [
    el("h2", { text: "What happened" }),
    el(
      "ol",
      { class: "activity" },
      ...(view.activity ?? []).map(({ at, source, text, tone, trace }) =>
        el(
          "li",
          { class: `tone-${tone}` },
          el("span", { class: `source ${source.toLowerCase()}`, text: source }),
          el("span", { class: "what", text }),
          el("span", { class: "fine" }, timeElement(at, "T"), trace !== null && traceChip(trace, traceUrl))
        )
      )
    )
  ]
}
