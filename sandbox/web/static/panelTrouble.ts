import type { ServiceView } from "../wire.ts"
import { askOrToast } from "./api.ts"
import { button, el } from "./dom.ts"
import { statusChip } from "./panelParts.ts"
import type { State } from "./store.ts"

/** The state of the service, and the switches for trouble. */
export const drawTrouble = ({ view }: State): ReadonlyArray<Node> => {
  const switches = view.trouble ?? []
  const groups = [...new Set(switches.map(({ group }) => group))]
  return [
    el("h2", { text: "The service" }),
    view.service === undefined ? el("p", { text: "…" }) : drawService(view.service),
    ...groups.flatMap(group => [
      el("h2", { text: group }),
      el(
        "ul",
        { class: "switches" },
        ...switches
          .filter(one => one.group === group)
          .map(({ hint, id, on, title }) =>
            el(
              "li",
              {},
              el(
                "button",
                {
                  class: "switch",
                  attributes: {
                    type: "button",
                    role: "switch",
                    "aria-checked": String(on),
                    "aria-describedby": `hint-${id}`,
                    "data-key": id
                  },
                  onClick: () => askOrToast({ _tag: "Switch", id, on: !on })
                },
                el("span", { class: "knob", attributes: { "aria-hidden": "true" } }),
                el("strong", { text: title })
              ),
              el("p", { class: "hint", text: hint, attributes: { id: `hint-${id}` } })
            )
          )
      )
    ]),
    el("p", {
      class: "hint",
      text: "A request can also be decided outside Discord: see the pending requests in the Mochi tab."
    })
  ]
}

const drawService = ({ checks, ended, phase, pid, state }: ServiceView) =>
  el(
    "div",
    { class: "card service" },
    el(
      "p",
      { class: "card-title" },
      el("strong", { text: pid === null ? "not running" : `process ${pid}` }),
      statusChip(state)
    ),
    el(
      "p",
      { class: "checks" },
      ...Object.entries(checks).map(([name, found]) =>
        el("span", { class: `check ${found === "ok" ? "good" : "bad"}`, text: `${name}: ${found}` })
      )
    ),
    ended !== null && phase === "stopped" && el("p", { class: "why", text: `It ended: ${ended}` }),
    el(
      "p",
      { class: "card-actions" },
      ...(phase === "stopped"
        ? [act("Start", "start", "primary")]
        : [act("Kill (−9)", "kill", "danger"), act("Stop (SIGTERM)", "stop", "secondary")])
    )
  )

const act = (label: string, does: "start" | "stop" | "kill", style: string) => {
  const pressed: HTMLButtonElement = button(
    label,
    async () => {
      pressed.disabled = true
      await askOrToast({ _tag: "Service", does })
      pressed.disabled = false
    },
    { class: `button small ${style}`, attributes: { "data-key": `service ${does}` } }
  )
  return pressed
}
