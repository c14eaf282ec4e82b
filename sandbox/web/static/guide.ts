import { button, byId, el } from "./dom.ts"
import { go } from "./route.ts"
import { hasLooked, meOf } from "./store.ts"
import type { State, Store } from "./store.ts"

/** Three steps that show a newcomer the main job; each gets a tick when it is done. */
export const mountGuide = (store: Store, startCommand: () => void): void => {
  const box = byId("guide")
  let from = ""

  const update = (state: State) => {
    const done = state.view.guide
    const me = meOf(state)
    if (done === undefined || me === undefined) return
    const isHidden = sessionStorage.getItem("guide") === "hidden"
    const isSeen = done.thanked && hasLooked(state, "grace")
    const now = JSON.stringify([done, isSeen, me.username, isHidden])
    if (now === from) return
    from = now
    const steps = [
      {
        done: done.sent,
        title: "Send kudos as Ada",
        hint: "Type /kudos and pick the suggestions: DAO App, a vault, USDC. The recipient is Grace.",
        act: () => {
          go("ada", "general")
          setTimeout(startCommand, me.username === "ada" ? 0 : 300)
        },
        label: "Start /kudos"
      },
      {
        done: done.decided,
        title: "Approve as Linus",
        hint:
          me.username === "linus"
            ? "Press Approve on the card that Mochi sent him."
            : "He owns the application: a card waits in his direct messages.",
        act: () => go("linus", "dm"),
        label: me.username === "linus" ? null : "Switch to Linus"
      },
      {
        done: isSeen,
        title: "See it as Grace",
        hint: done.thanked
          ? "The bot has told her; Ada's answer and Linus's card have changed too."
          : "She knows nothing yet: the bot writes to her when a request is approved.",
        act: () => go("grace", "dm"),
        label: "Switch to Grace"
      }
    ]
    const next = steps.findIndex(step => !step.done)
    box.hidden = isHidden
    box.replaceChildren(
      el(
        "ol",
        {},
        ...steps.map((step, index) =>
          el(
            "li",
            { class: step.done ? "done" : index === next ? "next" : "later" },
            el("span", {
              class: "tick",
              text: step.done ? "✓" : String(index + 1),
              attributes: { "aria-hidden": "true" }
            }),
            el(
              "div",
              {},
              el("strong", { text: step.title }),
              index === next && el("small", { text: step.hint })
            ),
            index === next &&
              step.label !== null &&
              button(step.label, step.act, { class: "button primary small" })
          )
        )
      ),
      ...(next === -1
        ? [el("p", { class: "guide-end", text: "That is the whole tour. Now try the switches for trouble." })]
        : []),
      button(
        "×",
        () => {
          sessionStorage.setItem("guide", "hidden")
          update(store.get())
        },
        { class: "icon close", title: "Hide these steps", attributes: { "aria-label": "Hide these steps" } }
      )
    )
  }
  store.subscribe(update)
}
