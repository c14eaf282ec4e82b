import { describe, expect, it } from "@effect/vitest"
import { Duration, FastCheck as fc } from "effect"
import { deliveryDelay, deliveryPatience } from "../../src/domain/deliveryRetry.ts"

const seconds = (tries: number, random: number) => Duration.toSeconds(deliveryDelay(tries, random))

describe("the wait before a delivery is tried again", () => {
  it("is a second or two at first, and doubles", () => {
    expect(seconds(0, 0)).toBe(1)
    expect(seconds(0, 1)).toBe(2)
    expect(seconds(1, 0)).toBe(2)
    expect(seconds(5, 0)).toBe(32)
  })

  it("is an hour at most, and never shorter than one try earlier", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
        expect(seconds(tries, random)).toBeLessThanOrEqual(3600)
        expect(seconds(tries + 1, random)).toBeGreaterThanOrEqual(seconds(tries, random))
      })
    )
    expect(seconds(40, 0.5)).toBe(3600)
  })

  it("comes some thirty times before a day is over", () => {
    let passed = 0
    let tries = 0
    while (passed < Duration.toSeconds(deliveryPatience)) passed += seconds(tries++, 0)
    expect(tries).toBeGreaterThan(24)
    expect(tries).toBeLessThan(48)
  })
})
