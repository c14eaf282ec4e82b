import { askOrToast } from "./api.ts"
import { button, el } from "./dom.ts"
import { statusChip } from "./panelParts.ts"
import type { State } from "./store.ts"
import { timeElement } from "./time.ts"
import { traceChip } from "./trace.ts"

/** From Mochi's webhooks through the service's outbox to Discord. */
export const drawDelivery = ({ view }: State): ReadonlyArray<Node> => {
  const { notifications = [], readable = false } = view.outbox ?? {}
  const webhooks = view.webhooks ?? []
  const traceUrl = view.settings?.traceUrl ?? null
  const dead = notifications.filter(({ state }) => state === "dead").length
  return [
    el("h2", { text: "Outbox" }),
    el("p", {
      class: "hint",
      text: "The service stores every notification, and retries until Discord has it. Dead letters stay, with the reason."
    }),
    ...(dead > 0
      ? [
          button(
            `Send ${dead} dead ${dead === 1 ? "letter" : "letters"} again`,
            () => askOrToast({ _tag: "Replay" }),
            {
              class: "button secondary small",
              attributes: { "data-key": "replay" }
            }
          )
        ]
      : []),
    !readable
      ? el("p", { class: "empty", text: "The database cannot be read at the moment." })
      : notifications.length === 0
        ? el("p", { class: "empty", text: "No messages yet." })
        : el(
            "ul",
            { class: "cards" },
            ...notifications.map(({ about, at, attempts, audience, code, kind, reason, state }) =>
              el(
                "li",
                { class: "card" },
                el(
                  "p",
                  { class: "card-title" },
                  el("strong", { text: `${kind} → ${audience}` }),
                  statusChip(state)
                ),
                el(
                  "p",
                  { class: "fine" },
                  `${code} is ${about} · ${attempts} ${attempts === 1 ? "try" : "tries"} · `,
                  timeElement(at, "R")
                ),
                reason !== null && el("p", { class: "why", text: reason })
              )
            )
          ),
    el("h2", { text: "Webhooks from Mochi" }),
    webhooks.length === 0
      ? el("p", { class: "empty", text: "None yet." })
      : el(
          "ul",
          { class: "cards" },
          ...webhooks.map(({ about, answer, at, attempt, code, id, status, trace }) =>
            el(
              "li",
              { class: "card" },
              el(
                "p",
                { class: "card-title" },
                el("strong", { text: `${code ?? "?"} is ${about}` }),
                el("span", {
                  class: `chip ${status !== null && status < 300 ? "good" : "bad"}`,
                  text: status === null ? "no answer" : String(status)
                })
              ),
              el("p", { class: "answer", text: answer }),
              el(
                "p",
                { class: "fine" },
                el("span", { title: id, text: `${id.slice(0, 10)}…` }),
                attempt > 1 ? ` · try ${attempt} · ` : " · ",
                timeElement(at, "R"),
                trace !== null && traceChip(trace, traceUrl)
              )
            )
          )
        )
  ]
}
