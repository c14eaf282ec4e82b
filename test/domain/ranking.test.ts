import { it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { describe, expect } from "vitest"
import { bestMatches, mostChoices, searchable } from "../../src/domain/ranking.ts"

const byName = (names: ReadonlyArray<string>, typed: string) =>
  bestMatches(
    searchable(names, name => [name]),
    typed
  )

describe("Choices", () => {
  it("are those that begin with what was typed, then those that contain it, each by name", () => {
    expect(byName(["Backup vault", "Vault B", "vault a", "Treasury", "A vault"], "VAULT")).toEqual([
      "vault a",
      "Vault B",
      "A vault",
      "Backup vault"
    ])
  })

  it("are all of them, by name, where nothing is typed", () => {
    expect(byName(["b", "C", "a"], "  ")).toEqual(["a", "b", "C"])
    for (const unseen of ["\u0000", "\u200b", "\u202e "]) expect(byName(["b", "C", "a"], unseen)).toEqual([])
  })

  it.each([
    ["Café Trésor".normalize("NFC"), "café".normalize("NFD")],
    ["Café Trésor".normalize("NFD"), "TRÉSOR".normalize("NFC")],
    ["ＵＳＤＣ", "usdc"],
    ["USDC", "ｕｓｄ"],
    ["ﬁnance", "FINANCE"],
    ["Straße", "STRASSE"],
    ["STRASSE", "straße"],
    ["ΟΔΟΣ ΒΑΝΚ", "οδος"],
    ["ΟΔΟΣΑ", "οδοσ"],
    ["ｶﾞ", "ガ"],
    ["각".normalize("NFD"), "각".normalize("NFC")],
    ["K\u212aB", "kkb"],
    ["Vault", "Va\u200bult\n"]
  ])("such as %j are found by %j (C19)", (name, typed) => {
    expect(byName([name, "other"], typed)).toEqual([name])
  })

  it("of any length cost no time (A2)", () => {
    const started = performance.now()
    for (const unit of ["\u0301", "\u0323\u0301", "\ufdfa", "a", "\n", "\u1100"]) {
      const long = unit.repeat(1_000_000 / unit.length)
      byName([long, "a"], "a")
      byName(["a", "b"], long)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it("match in any of their words, and are sorted by the first", () => {
    const tokens = [
      { symbol: "USDT", name: "Tether" },
      { symbol: "ETH", name: "Ether" },
      { symbol: "DAI", name: "Stable" }
    ]
    const found = bestMatches(
      searchable(tokens, token => [token.symbol, token.name]),
      "eth"
    )
    expect(found.map(({ symbol }) => symbol)).toEqual(["ETH", "USDT"])
  })

  it("take what was typed literally", () => {
    expect(byName(["a.c", "abc", "a*"], ".")).toEqual(["a.c"])
    expect(byName(["a", "b"], "(")).toEqual([])
  })

  it("are 25 at most, from the candidates alone, and prefixes come first", () => {
    const name = fc.string({ unit: fc.constantFrom(..."abAB -"), maxLength: 6 })
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 60 }),
        fc.string({ unit: fc.constantFrom(..."abAB"), maxLength: 3 }),
        (names, typed) => {
          const found = byName(names, typed)
          const lower = found.map(match => match.toLowerCase())
          const needle = typed.toLowerCase()
          const matching = names.filter(candidate => candidate.toLowerCase().includes(needle))
          expect(found).toHaveLength(Math.min(mostChoices, matching.length))
          expect(found.every(match => names.includes(match))).toBe(true)
          expect(lower.every(match => match.includes(needle))).toBe(true)
          const firstOther = lower.findIndex(match => !match.startsWith(needle))
          if (firstOther >= 0)
            expect(lower.slice(firstOther).some(match => match.startsWith(needle))).toBe(false)
        }
      ),
      { numRuns: 1000 }
    )
  })
})
