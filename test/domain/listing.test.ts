import { describe, expect, it } from "@effect/vitest"
import { Either } from "effect"
import { pickListed } from "../../src/domain/listing.ts"

const listed = (...names: ReadonlyArray<string>) => names.map((name, index) => ({ id: `id-${index}`, name }))

/** The id that `typed` means, or the name of the refusal. */
const meant = (typed: string, candidates: ReadonlyArray<{ readonly id: string; readonly name: string }>) =>
  Either.match(
    pickListed("vault", typed, candidates, ({ name }) => [name]),
    { onLeft: refusal => refusal._tag, onRight: ({ id }) => id }
  )

describe("What a person typed by hand", () => {
  it.each([
    ["Café".normalize("NFC"), "CAFÉ".normalize("NFD")],
    ["Café".normalize("NFD"), " café ".normalize("NFC")],
    ["ＵＳＤＣ", "usdc"],
    ["Straße", "STRASSE"],
    ["ﬁnance", "Finance"],
    ["ΟΔΟΣ", "οδοσ"],
    ["Community Vault", "community \n vault\u200b"]
  ])("means %j where it is %j (C19)", (name, typed) => {
    expect(meant(typed, listed("other", name))).toBe("id-1")
  })

  it("means an id exactly, before any name", () => {
    const candidates = [
      { id: "ABC", name: "first" },
      { id: "abc", name: "second" },
      { id: "３", name: "ABC" }
    ]
    expect(meant("ABC", candidates)).toBe("ABC")
    expect(meant("abc", candidates)).toBe("abc")
    expect(meant("3", candidates)).toBe("NotListed")
  })

  it("means nothing for sure where two names are the same to read (C19)", () => {
    expect(meant("café", listed("Café".normalize("NFC"), "CAFÉ".normalize("NFD")))).toBe("Ambiguous")
  })

  it("means nothing where nothing of it can be seen", () => {
    expect(meant("\u200b", listed("a"))).toBe("NotListed")
    expect(meant("", listed("a"))).toBe("NotListed")
  })

  it("costs no time at any length (A2)", () => {
    const started = performance.now()
    for (const unit of ["\u0301", "\u0323\u0301", "\ufdfa", "a", "\n", "\u1100"]) {
      const long = unit.repeat(1_000_000 / unit.length)
      expect(meant(long, listed("a", "b"))).toBe("NotListed")
      expect(meant("a", listed("a", long))).toBe("id-0")
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
