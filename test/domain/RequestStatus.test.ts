import { it } from "@effect/vitest"
import { describe, expect } from "vitest"
import { fromMochi, isFinal, RequestStatus, transition } from "../../src/domain/RequestStatus.ts"

it.each([
  ["pending", "pending"],
  ["success", "approved"],
  ["approved", "approved"],
  ["cancelled", "rejected"],
  ["rejected", "rejected"],
  ["expired", "expired"],
  ["failed", "failed"],
  [" SUCCESS ", "approved"],
  ["submitted", "settled"],
  ["", "settled"],
  ["__proto__", "settled"]
])("Mochi's word %j reads %s", (word, expected) => {
  expect(fromMochi(word)).toBe(expected)
})

it("Only pending is not final", () => {
  expect(RequestStatus.literals.filter(status => !isFinal(status))).toEqual(["pending"])
})

describe("A newly heard status", () => {
  const all = RequestStatus.literals
  const pairs = all.flatMap(known => all.map(heard => ({ known, heard })))

  it.each(pairs)("$heard after $known never moves backwards", ({ heard, known }) => {
    const meant = transition(known, heard)
    if (known === heard || heard === "pending") return expect(meant).toBe("keep")
    if (known === "pending") return expect(meant).toBe("advance")
    if (known === "settled") return expect(meant).toBe("advance")
    if (heard === "settled") return expect(meant).toBe("keep")
    const expected: Record<string, string> = { "approved failed": "advance", "failed approved": "keep" }
    return expect(meant).toBe(expected[`${known} ${heard}`] ?? "ask Mochi")
  })

  it("ends the same in whichever order approved and failed are heard", () => {
    const hear = (statuses: ReadonlyArray<RequestStatus>) =>
      statuses.reduce<RequestStatus>(
        (known, heard) => (transition(known, heard) === "advance" ? heard : known),
        "pending"
      )
    expect(hear(["approved", "failed"])).toBe("failed")
    expect(hear(["failed", "approved"])).toBe("failed")
    expect(hear(["settled", "expired", "pending"])).toBe("expired")
  })
})
