import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { cut, nameText, reasonText } from "../../src/views/text.ts"

/** The characters of a text that stand without a backslash of their own. */
const bareCharacters = (text: string): string => text.replace(/\\[\s\S]/g, "")

const loud = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2000 }),
  fc.stringMatching(/^[\\*_~`|<>[\]#@.\d \n+-]{0,400}$/)
)

describe("Somebody's own words", () => {
  it("keep no markdown and no mention, and end within their limit", () => {
    fc.assert(
      fc.property(loud, raw => {
        for (const [shown, most] of [
          [nameText(raw), 200],
          [reasonText(raw), 1000]
        ] as const) {
          expect(bareCharacters(shown)).not.toMatch(/[\\*_~`|<[\]]/)
          expect(shown).not.toMatch(/^\s*([#>+-]|\d+\.)/m)
          expect(shown.length).toBeLessThanOrEqual(most)
          expect(shown.isWellFormed()).toBe(true)
          expect(shown).not.toContain("\0")
        }
      }),
      { numRuns: 2000 }
    )
  })

  it.each([
    ["**bold** __under__", "\\*\\*bold\\*\\* \\_\\_under\\_\\_"],
    ["<@184027593016284160> <@&1> <t:1:R>", "\\<@184027593016284160> \\<@&1> \\<t:1:R>"],
    ["[link](https://evil.example)", "\\[link\\](https://evil.example)"],
    ["# big\n> quote\n- list\n1. one", "\\# big\n\\> quote\n\\- list\n1\\. one"],
    ["a\\*b", "a\\\\\\*b"],
    ["||x|| `c` ~~s~~", "\\|\\|x\\|\\| \\`c\\` \\~\\~s\\~\\~"],
    ["plain, as it is: 1.5 - 2", "plain, as it is: 1.5 - 2"]
  ])("such as %j are shown as %j", (raw, shown) => {
    expect(nameText(raw)).toBe(shown)
  })
})

describe("A text that is cut", () => {
  it("ends in … and neither in half a character nor in half an escape", () => {
    expect(cut("abcdef", 6)).toBe("abcdef")
    expect(cut("abcdefg", 6)).toBe("abcde…")
    expect(cut("abcd💥x", 6)).toBe("abcd…")
    expect(cut("abcd\\*x", 6)).toBe("abcd…")
    expect(cut("abc\\\\xy", 6)).toBe("abc\\\\…")
  })
})
