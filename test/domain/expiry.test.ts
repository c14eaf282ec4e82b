import { describe, expect, it } from "@effect/vitest"
import { Duration, FastCheck as fc, Option } from "effect"
import { nextExpiryQuestion } from "../../src/domain/expiry.ts"

const hour = 3_600_000
const wait = (now: number, attempt: number) =>
  Option.map(nextExpiryQuestion(0, now, attempt), duration => Duration.toMillis(duration))

describe("what became of a pending request is asked", () => {
  it("a moment after its expiry", () => {
    expect(wait(-hour, 0)).toEqual(Option.some(hour + 2000))
    expect(wait(0, 0)).toEqual(Option.some(2000))
  })

  it("at once where the expiry has passed already", () => {
    expect(wait(5000, 0)).toEqual(Option.some(0))
  })

  it("ever more slowly, for a day and no longer", () => {
    let now = 2000
    let last = 0
    let questions = 1
    for (let attempt = 1; ; attempt++) {
      const next = wait(now, attempt)
      if (Option.isNone(next)) break
      expect(next.value).toBeGreaterThanOrEqual(last)
      expect(next.value).toBeLessThanOrEqual(2 * hour)
      last = next.value
      now += next.value
      questions += 1
    }
    expect(now).toBeGreaterThan(24 * hour)
    expect(now).toBeLessThan(27 * hour)
    expect(questions).toBeLessThan(30)
  })

  it("never in the past, whatever the numbers", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.nat(5000), (expiresAt, now, attempt) => {
        const next = nextExpiryQuestion(expiresAt, now, attempt)
        expect(Option.isNone(next) || Duration.toMillis(next.value) >= 0).toBe(true)
      })
    )
  })
})
