/** Discord's markup as a tree: a page can turn it only into text and a fixed set of elements. */
export type Markup =
  | { readonly kind: "text" | "code" | "codeBlock"; readonly text: string }
  | {
      readonly kind: "strong" | "em" | "underline" | "strike" | "spoiler" | "quote" | "heading" | "item"
      readonly inner: ReadonlyArray<Markup>
    }
  | { readonly kind: "person" | "channel" | "command"; readonly id: string }
  | { readonly kind: "time"; readonly at: number; readonly style: string }
  | { readonly kind: "link"; readonly href: string; readonly inner: ReadonlyArray<Markup> }

export const parseMarkup = (text: string): ReadonlyArray<Markup> => {
  const parts = text.split(/```(?:[\w-]+\n|\n)?([\s\S]+?)\n?```/)
  return parts.flatMap(
    (part, index): ReadonlyArray<Markup> =>
      index % 2 === 1 ? [{ kind: "codeBlock", text: part }] : lines(part)
  )
}

/** Quotes, headings and list items take a whole line. */
const lines = (text: string): ReadonlyArray<Markup> =>
  text.split(/(\n)/).flatMap((line): ReadonlyArray<Markup> => {
    const [, mark = "", rest = ""] = /^(>|#{1,3}|[-*]) (.+)$/.exec(line) ?? []
    if (mark === ">") return [{ kind: "quote", inner: inline(rest, 0) }]
    if (mark.startsWith("#")) return [{ kind: "heading", inner: inline(rest, 0) }]
    if (mark !== "") return [{ kind: "item", inner: inline(rest, 0) }]
    return inline(line, 0)
  })

type Match = RegExpExecArray

/** The text between two marks; an escaped character counts as one. */
const between = String.raw`((?:\\[\s\S]|[^\\])+?)`

const nested =
  (kind: "strong" | "em" | "underline" | "strike" | "spoiler") =>
  ([, inner = ""]: Match, depth: number): Markup => ({ kind, inner: inline(inner, depth + 1) })

const rules: ReadonlyArray<readonly [RegExp, (match: Match, depth: number) => Markup]> = [
  [/\\([^\w\s])/y, ([, text = ""]) => ({ kind: "text", text })],
  [/``(.+?)``(?!`)|`([^`]+)`/y, ([, twice, once]) => ({ kind: "code", text: twice ?? once ?? "" })],
  [new RegExp(String.raw`\*\*${between}\*\*(?!\*)`, "y"), nested("strong")],
  [new RegExp(`__${between}__(?!_)`, "y"), nested("underline")],
  [new RegExp(`~~${between}~~`, "y"), nested("strike")],
  [new RegExp(String.raw`\|\|${between}\|\|`, "y"), nested("spoiler")],
  [new RegExp(String.raw`\*(?![\s*])${between}(?<!\s)\*(?!\*)`, "y"), nested("em")],
  [new RegExp(String.raw`_(?![\s_])${between}_(?!\w)`, "y"), nested("em")],
  [/<@!?(\d+)>/y, ([, id = ""]) => ({ kind: "person", id })],
  [/<#(\d+)>/y, ([, id = ""]) => ({ kind: "channel", id })],
  [/<\/([^:>]{1,100}):\d+>/y, ([, id = ""]) => ({ kind: "command", id })],
  [
    /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y,
    ([, seconds, style = "f"]) => ({ kind: "time", at: Number(seconds) * 1000, style })
  ],
  [
    /\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/y,
    ([, label = "", href = ""], depth) => ({ kind: "link", href, inner: inline(label, depth + 1) })
  ],
  [
    /<(https?:\/\/[^\s<>]+)>/y,
    ([, href = ""]) => ({ kind: "link", href, inner: [{ kind: "text", text: href }] })
  ],
  [
    /https?:\/\/[^\s<]*[^\s<.,:;"'\])]/y,
    ([href]) => ({ kind: "link", href, inner: [{ kind: "text", text: href }] })
  ]
]

/** The parser shows markup that is nested deeper than this as plain text. */
const deepest = 8

const inline = (text: string, depth: number): ReadonlyArray<Markup> => {
  if (depth > deepest) return [{ kind: "text", text }]
  const found: Array<Markup> = []
  let plain = ""
  let at = 0
  while (at < text.length) {
    const hit = firstMatch(text, at)
    if (hit === undefined) {
      plain += text[at]
      at += 1
    } else {
      const [match, make] = hit
      if (plain !== "") found.push({ kind: "text", text: plain })
      plain = ""
      found.push(make(match, depth))
      at += match[0].length
    }
  }
  return plain === "" ? found : [...found, { kind: "text", text: plain }]
}

const markStart = /[\\`*_~|<[h]/

const firstMatch = (text: string, at: number) => {
  if (!markStart.test(text[at] ?? "")) return undefined
  for (const [rule, make] of rules) {
    rule.lastIndex = at
    const match = rule.exec(text)
    if (match !== null) return [match, make] as const
  }
  return undefined
}
