/** Only this file creates elements: text always goes in as text. */
export interface Properties {
  readonly class?: string
  readonly text?: string
  readonly title?: string
  readonly attributes?: Readonly<Record<string, string | number | boolean | null>>
  readonly onClick?: (event: MouseEvent) => void
}

export type Child = Node | string | null | false

/** Leaves out attributes that are null or false; true ones have no value. */
export const el = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: ReadonlyArray<Child>
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag)
  if (properties.class !== undefined) element.className = properties.class
  if (properties.title !== undefined) element.title = properties.title
  if (properties.text !== undefined) element.textContent = properties.text
  for (const [name, value] of Object.entries(properties.attributes ?? {}))
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value))
  const target: HTMLElement = element
  if (properties.onClick !== undefined) target.addEventListener("click", properties.onClick)
  element.append(...children.filter(child => child !== null && child !== false))
  return element
}

export const button = (
  label: string,
  onClick: (event: MouseEvent) => void,
  properties: Properties = {},
  ...children: ReadonlyArray<Child>
): HTMLButtonElement =>
  el(
    "button",
    { ...properties, onClick, attributes: { type: "button", ...properties.attributes } },
    ...children,
    label
  )

/** An element of the page's HTML. */
export const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

/** Each name has its own colour, the same every time. */
export const avatar = (name: string, kind: "person" | "bot", size = ""): HTMLElement => {
  if (kind === "bot" && name === "Mochi")
    return el("img", { class: `avatar ${size}`, attributes: { src: "/mochi.svg", alt: "" } })
  const letters = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0)
  // Eight hues that are easy to tell apart.
  const hue = ((letters % 8) * 45 + 10) % 360
  const circle = el("span", {
    class: `avatar ${size}`,
    text: [...name][0]?.toUpperCase() ?? "?",
    attributes: { "aria-hidden": "true" }
  })
  circle.style.setProperty("--hue", String(hue))
  return circle
}
