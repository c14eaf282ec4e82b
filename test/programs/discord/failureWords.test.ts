import { describe, expect, it } from "@effect/vitest"
import { InvalidAmount, NotListed } from "../../../src/domain/Kudos.ts"
import { kudosWords } from "../../../src/programs/discord/failureWords.ts"

const sentence = (failure: Parameters<typeof kudosWords>[0]) =>
  kudosWords(failure, "https://mochi.gg").sentence

describe("The answer to an amount that is none", () => {
  it("says that a decimal is written with a point where a comma was typed (C1)", () => {
    const words = sentence(new InvalidAmount({ hasComma: true }))
    expect(words).toContain("Please enter a valid positive number")
    expect(words).toContain("A decimal is written with a point")
    expect(sentence(new InvalidAmount({ hasComma: false }))).not.toContain("with a point")
  })
})

describe("What was typed", () => {
  it("comes back as one line of what can be seen (A16)", () => {
    const typed = "x\u202e\n\nRecipient\n@Ada https://evil.example <:a:123456789012345678>"
    expect(sentence(new NotListed({ option: "vault", typed }))).toBe(
      "The vault “x Recipient @Ada https\\://evil.example :a:” was not found among your vaults. Please pick one from the list."
    )
  })

  it("of any length costs no time and comes back cut (A2)", () => {
    const started = performance.now()
    const words = sentence(new NotListed({ option: "token", typed: `x${"\n".repeat(1_000_000)}x` }))
    expect(words.length).toBeLessThan(400)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
