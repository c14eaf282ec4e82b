import { el } from "./dom.ts"
import type { Child } from "./dom.ts"

export interface Entry {
  readonly key: string
  readonly label: string
  readonly detail: string | null
  readonly icon: Child
  readonly choose: () => void
}

/** The content of the list above an input: choices, or why there are none. */
export type Offer =
  | { readonly kind: "entries"; readonly entries: ReadonlyArray<Entry> }
  | { readonly kind: "loading" | "note"; readonly text: string }

export interface Listbox {
  readonly element: HTMLElement
  readonly show: (title: string, offer: Offer) => void
  readonly hide: () => void
  /** True if the list handled the key. */
  readonly handleKey: (event: KeyboardEvent) => boolean
  /** Connects the list with its input, for people with a screen reader. */
  readonly attach: (input: HTMLElement) => void
}

/** The choices above the composer: arrows move, Enter and Tab choose, Escape closes. */
export const makeListbox = (): Listbox => {
  const title = el("p", { class: "offer-title" })
  const list = el("ul", { attributes: { id: "offer", role: "listbox", "aria-label": "Choices" } })
  const note = el("p", { class: "offer-note", attributes: { role: "status" } })
  const element = el("div", { class: "offer", attributes: { hidden: true } }, title, note, list)
  // Keep the focus in the input.
  element.addEventListener("mousedown", event => event.preventDefault())
  let entries: ReadonlyArray<Entry> = []
  let active = 0
  let input: HTMLElement | undefined

  const mark = () => {
    for (const [index, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", String(index === active))
      if (index === active) item.scrollIntoView({ block: "nearest" })
    }
    if (entries.length > 0) input?.setAttribute("aria-activedescendant", `offer-${active}`)
    else input?.removeAttribute("aria-activedescendant")
  }

  const hide = () => {
    element.hidden = true
    entries = []
    input?.setAttribute("aria-expanded", "false")
    mark()
  }

  const show = (text: string, offer: Offer) => {
    const before = entries[active]?.key
    entries = offer.kind === "entries" ? offer.entries : []
    title.textContent = text
    note.hidden = offer.kind === "entries"
    note.replaceChildren(
      ...(offer.kind === "loading"
        ? [el("span", { class: "spinner", attributes: { "aria-hidden": "true" } })]
        : []),
      offer.kind === "entries" ? "" : offer.text
    )
    list.hidden = entries.length === 0
    list.replaceChildren(
      ...entries.map(({ choose, detail, icon, key, label }, index) =>
        el(
          "li",
          {
            attributes: { role: "option", id: `offer-${index}`, "data-key": key },
            onClick: choose
          },
          icon,
          el("span", { class: "offer-label", text: label }),
          detail !== null && el("small", { text: detail })
        )
      )
    )
    active = Math.max(
      0,
      entries.findIndex(({ key }) => key === before)
    )
    element.hidden = false
    input?.setAttribute("aria-expanded", String(entries.length > 0))
    mark()
  }

  return {
    element,
    show,
    hide,
    attach: to => {
      input = to
      to.setAttribute("role", "combobox")
      to.setAttribute("aria-autocomplete", "list")
      to.setAttribute("aria-controls", "offer")
      to.setAttribute("aria-expanded", "false")
    },
    handleKey: event => {
      if (element.hidden || event.isComposing) return false
      const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }
      const step = steps[event.key]
      if (step !== undefined && entries.length > 0) {
        active = (active + step + entries.length) % entries.length
        mark()
      } else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && entries.length > 0) {
        entries[active]?.choose()
      } else if (event.key === "Escape") hide()
      else return false
      event.preventDefault()
      return true
    }
  }
}
