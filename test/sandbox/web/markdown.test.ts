import { expect, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { parseMarkup } from "../../../sandbox/web/static/markdown.ts"
import type { Markup } from "../../../sandbox/web/static/markdown.ts"

const text = (text: string): Markup => ({ kind: "text", text })

it.each<readonly [string, ReadonlyArray<Markup>]>([
  ["plain", [text("plain")]],
  ["**10.5 USDC** (≈ $10.50)", [{ kind: "strong", inner: [text("10.5 USDC")] }, text(" (≈ $10.50)")]],
  ["*a* _b_", [{ kind: "em", inner: [text("a")] }, text(" "), { kind: "em", inner: [text("b")] }]],
  [
    "__u__ ~~s~~ ||h||",
    [
      { kind: "underline", inner: [text("u")] },
      text(" "),
      { kind: "strike", inner: [text("s")] },
      text(" "),
      { kind: "spoiler", inner: [text("h")] }
    ]
  ],
  ["\\*not\\*", [text("*"), text("not"), text("*")]],
  ["**a\\*\\*b**", [{ kind: "strong", inner: [text("a"), text("*"), text("*"), text("b")] }]],
  ["snake_case_name", [text("snake_case_name")]],
  ["2 * 3 * 4", [text("2 * 3 * 4")]],
  ["`**code**`", [{ kind: "code", text: "**code**" }]],
  ["```js\nlet a\n```", [{ kind: "codeBlock", text: "let a" }]],
  ["<@80351110224678912>", [{ kind: "person", id: "80351110224678912" }]],
  ["<t:1700000000:R>", [{ kind: "time", at: 1_700_000_000_000, style: "R" }]],
  ["[x](https://a.example/b)", [{ kind: "link", href: "https://a.example/b", inner: [text("x")] }]],
  [
    "<https://a.example/b_c>",
    [{ kind: "link", href: "https://a.example/b_c", inner: [text("https://a.example/b_c")] }]
  ],
  ["> quoted", [{ kind: "quote", inner: [text("quoted")] }]]
])("reads %s as Discord does", (source, expected) => {
  expect(parseMarkup(source).filter(part => part.kind !== "text" || part.text !== "")).toEqual(expected)
})

it("links lead to the web and nowhere else", () => {
  const links = (markup: ReadonlyArray<Markup>): ReadonlyArray<string> =>
    markup.flatMap(part => [
      ...(part.kind === "link" ? [part.href] : []),
      ...("inner" in part ? links(part.inner) : [])
    ])
  const source = "[a](javascript:alert(1)) [b](data:text/html,x) javascript:alert(1) [c](https://ok.example)"
  expect(links(parseMarkup(source))).toEqual(["https://ok.example"])
})

it.prop(
  "whatever is typed, it ends, and no letter of plain words is lost",
  [FastCheck.string({ maxLength: 300, unit: FastCheck.constantFrom(..."ab*_~|`\\<>@#[]()! \n".split("")) })],
  ([source]) => {
    const words = (markup: ReadonlyArray<Markup>): string =>
      markup.map(part => ("inner" in part ? words(part.inner) : "text" in part ? part.text : "")).join("")
    const letters = (of: string) => of.replace(/[^ab]/g, "")
    expect(letters(words(parseMarkup(source)))).toBe(letters(source))
  }
)

it("marks without an end do not take long", () => {
  const before = performance.now()
  for (const mark of ["**", "__", "||", "~~", "*a ", "[", "`", "\\"]) parseMarkup(mark.repeat(1000))
  expect(performance.now() - before).toBeLessThan(3000)
})
