import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { idText, nameText, reasonText } from "../../../src/adapters/discord/markdown.ts"
import { cut } from "../../../src/domain/plainText.ts"

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
    ["# big\n> quote\n- list\n1. one", "\\# big\n\\> quote\n\\- list\n1\\. one"],
    ["see https://a.example/x_y_z*1, or", "see https://a.example/x_y_z*1, or"],
    ["https://a.example/?q=_a_&b=~b~#c_d", "https://a.example/?q=_a_&b=~b~#c_d"],
    ["**https://a.example/b_c**", "\\*\\*<https://a.example/b_c>\\*\\*"],
    ["`https://a.example`", "\\`<https://a.example>\\`"],
    ["||https://a.example|| x", "\\|\\|<https://a.example>\\|\\| x"],
    ["[text](https://a.example/b_c)", "\\[text\\](https://a.example/b_c)"],
    ["<https://a.example/b_c>", "\\<<https://a.example/b_c>>"],
    ["https:// and http", "https:// and http"],
    ["well <:party_blob:123456789012345678> done <a:x:1234567890123456789>", "well :party\\_blob: done :x:"],
    ["one\r\n\r\ntwo\tthree", "one\n\ntwo\tthree"],
    ["a\u202eb\u200bc\u0007d\u2066e", "abcde"]
  ])("in a reason such as %j are shown as %j (C18, A16)", (raw, shown) => {
    expect(reasonText(raw)).toBe(shown)
  })

  it.each([
    ["**bold** __under__", "\\*\\*bold\\*\\* \\_\\_under\\_\\_"],
    ["<@184027593016284160> <@&1> <t:1:R>", "\\<@184027593016284160> \\<@&1> \\<t:1:R>"],
    ["[link](https://evil.example)", "\\[link\\](https\\://evil.example)"],
    ["# big\n> quote\n- list\n1. one", "\\# big > quote - list 1. one"],
    ["a\\*b", "a\\\\\\*b"],
    ["||x|| `c` ~~s~~", "\\|\\|x\\|\\| \\`c\\` \\~\\~s\\~\\~"],
    ["plain, as it is: 1.5 - 2", "plain, as it is: 1.5 - 2"],
    ["https://evil.example/_x_ discord://x", "https\\://evil.example/\\_x\\_ discord\\://x"],
    ["Vault\n\nRecipient\n@Ada", "Vault Recipient @Ada"],
    ["USDC\u202e", "USDC"],
    ["Com\u200bmu\u2060nity\u00ad \ufeffVault", "Community Vault"],
    ["\u2066a\u2069 \u061cb\u200ec\u200fd", "a bcd"],
    ["a\u0000b\u001b[31mc\u009bd\u007f", "ab\\[31mcd"],
    ["می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"],
    ["👩\u200d👩\u200d👧 🏳️\u200d🌈 👩🏽\u200d💻", "👩\u200d👩\u200d👧 🏳️\u200d🌈 👩🏽\u200d💻"],
    ["\u200da\u200d\u200d 1\u200c2", "a 12"],
    ["<:usdc:123456789012345678> vault", ":usdc: vault"],
    [" \t\u3000a\u00a0\u2028b ", "a b"],
    ["\u200b\u202e", "—"],
    ["", "—"]
  ])("such as %j are shown as %j (A16)", (raw, shown) => {
    expect(nameText(raw)).toBe(shown)
  })
})

describe("An id", () => {
  it("loses no character, and steers no eye (A16)", () => {
    expect(idText("AB\u202eC-1")).toBe("AB\\\\u202eC-1")
    expect(idText("a_b")).toBe("a\\_b")
  })
})

describe("Text of any length", () => {
  const units = [
    "\n",
    "\r",
    " ",
    "\t",
    "\\",
    "-",
    "1",
    "1.",
    "*",
    "\u200b",
    "\u0301",
    "\ufdfa",
    "\ud83d",
    "\n \n",
    "\r\n"
  ]
  const links = ["https://", "https://*", "<:a", "<:a:1", "a\n- ", "👩\u200d", "\u{1f3f4}\u{e0067}"]

  it.each([...units, ...links])("of %j costs no time (A2)", unit => {
    const raw = unit.repeat(Math.ceil(1_000_000 / unit.length))
    const started = performance.now()
    for (const text of [raw, `${raw}x`, `x${raw}`, `- ${raw}`]) {
      expect(nameText(text).length).toBeLessThanOrEqual(200)
      expect(reasonText(text).length).toBeLessThanOrEqual(1000)
      expect(idText(text).length).toBeLessThanOrEqual(300)
      expect(cut(text, 300).length).toBeLessThanOrEqual(300)
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it("ends in … where something is missing, also where only what is not seen was left (A2)", () => {
    expect(nameText("a".repeat(201))).toBe(`${"a".repeat(199)}…`)
    expect(nameText(`a${"\u200b".repeat(1_000_000)}`)).toBe("a…")
    expect(nameText(`a${"\u200b".repeat(100)}`)).toBe("a")
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
