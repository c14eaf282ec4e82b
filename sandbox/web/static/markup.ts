import type { PersonView } from "../wire.ts"
import { el } from "./dom.ts"
import { parseMarkup } from "./markdown.ts"
import type { Markup } from "./markdown.ts"
import { timeElement } from "./time.ts"

export interface Names {
  readonly people: ReadonlyArray<PersonView>
  readonly channels: ReadonlyArray<{ readonly id: string; readonly name: string }>
  readonly me: string
}

export const drawMarkup = (text: string, names: Names): ReadonlyArray<Node> =>
  parseMarkup(text).map(part => draw(part, names))

const draw = (part: Markup, names: Names): Node => {
  switch (part.kind) {
    case "text":
      return document.createTextNode(part.text)
    case "code":
      return el("code", { text: part.text })
    case "codeBlock":
      return el("pre", {}, el("code", { text: part.text }))
    case "person": {
      const person = names.people.find(({ id }) => id === part.id)
      return el("span", {
        class: part.id === names.me ? "mention me" : "mention",
        text: person === undefined ? "@unknown-user" : `@${person.name}`
      })
    }
    case "channel":
      return el("span", {
        class: "mention",
        text: `#${names.channels.find(({ id }) => id === part.id)?.name ?? "unknown"}`
      })
    case "command":
      return el("span", { class: "mention", text: `/${part.id}` })
    case "time":
      return timeElement(part.at, part.style)
    case "link":
      return el(
        "a",
        { attributes: { href: part.href, target: "_blank", rel: "noopener noreferrer" } },
        ...inside(part, names)
      )
    case "spoiler":
      return spoiler(inside(part, names))
    case "quote":
      return el("blockquote", {}, ...inside(part, names))
    case "heading":
      return el("strong", { class: "heading" }, ...inside(part, names))
    case "item":
      return el("span", { class: "item" }, ...inside(part, names))
    case "strong":
    case "em":
      return el(part.kind, {}, ...inside(part, names))
    case "underline":
      return el("u", {}, ...inside(part, names))
    case "strike":
      return el("s", {}, ...inside(part, names))
  }
}

const inside = ({ inner }: { readonly inner: ReadonlyArray<Markup> }, names: Names) =>
  inner.map(part => draw(part, names))

const spoiler = (inner: ReadonlyArray<Node>) => {
  const hidden: HTMLElement = el(
    "span",
    {
      class: "spoiler",
      title: "Show spoiler",
      attributes: { role: "button", tabindex: 0 },
      onClick: () => hidden.classList.add("shown")
    },
    ...inner
  )
  return hidden
}
