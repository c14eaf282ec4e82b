import { button, byId, el } from "./dom.ts"
import { drawActivity } from "./panelActivity.ts"
import { drawDelivery } from "./panelDelivery.ts"
import { drawMochi } from "./panelMochi.ts"
import { drawTrouble } from "./panelTrouble.ts"
import type { State, Store } from "./store.ts"

interface Tab {
  readonly id: string
  readonly title: string
  /** The tab's input: the panel draws again only when it changes. */
  readonly from: (state: State) => ReadonlyArray<unknown>
  readonly draw: (state: State) => ReadonlyArray<Node>
}

const tabs: ReadonlyArray<Tab> = [
  { id: "mochi", title: "Mochi", from: ({ view }) => [view.mochi], draw: drawMochi },
  {
    id: "delivery",
    title: "Delivery",
    from: ({ view }) => [view.webhooks, view.outbox, view.settings],
    draw: drawDelivery
  },
  { id: "trouble", title: "Trouble", from: ({ view }) => [view.trouble, view.service], draw: drawTrouble },
  {
    id: "activity",
    title: "Activity",
    from: ({ view }) => [view.activity, view.settings],
    draw: drawActivity
  }
]

/** The panel that shows what happens behind the scenes. */
export const mountPanel = (store: Store): void => {
  const panel = byId("panel")
  const content = el("div", { class: "panel-content", attributes: { role: "tabpanel", tabindex: 0 } })
  const buttons = tabs.map(tab =>
    button(tab.title, () => store.set({ panelTab: tab.id }), {
      attributes: { role: "tab", id: `tab-${tab.id}`, "data-tab": tab.id }
    })
  )
  const list = el(
    "div",
    { class: "tabs", attributes: { role: "tablist", "aria-label": "Behind the scenes" } },
    ...buttons
  )
  const close = button("×", () => store.set({ drawer: null }), {
    class: "icon close",
    title: "Close",
    attributes: { "aria-label": "Close this panel" }
  })
  panel.append(el("header", { class: "panel-header" }, list, close), content)
  list.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    const at = tabs.findIndex(({ id }) => id === store.get().panelTab)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (next === undefined) return
    store.set({ panelTab: next.id })
    byId(`tab-${next.id}`).focus()
  })
  panel.addEventListener("keydown", event => {
    if (event.key === "Escape") store.set({ drawer: null })
  })

  let current: Tab | undefined
  let from: ReadonlyArray<unknown> = []
  store.subscribe(state => {
    panel.classList.toggle("open", state.drawer === "panel")
    const tab = tabs.find(({ id }) => id === state.panelTab) ?? tabs[0]
    if (tab === undefined) return
    const now = tab.from(state)
    if (tab === current && now.every((part, index) => part === from[index])) return
    const isNewTab = tab !== current
    current = tab
    from = now
    for (const [index, one] of buttons.entries()) {
      const isOn = tabs[index] === tab
      one.setAttribute("aria-selected", String(isOn))
      one.tabIndex = isOn ? 0 : -1
    }
    content.setAttribute("aria-labelledby", `tab-${tab.id}`)
    const focused = content.contains(document.activeElement)
      ? document.activeElement?.getAttribute("data-key")
      : null
    const scrolled = content.scrollTop
    content.replaceChildren(...tab.draw(state))
    content.scrollTop = isNewTab ? 0 : scrolled
    if (focused != null) content.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus()
  })
}
