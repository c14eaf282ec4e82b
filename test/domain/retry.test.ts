import { it } from "@effect/vitest"
import { FastCheck as fc, Option } from "effect"
import { describe, expect } from "vitest"
import { isPassing, retryDelay } from "../../src/domain/retry.ts"
import type { RetryPosition, TryEnd } from "../../src/domain/retry.ts"

const lost: TryEnd = { _tag: "Lost" }
const status = (code: number, retryAfterMillis?: number): TryEnd => ({
  _tag: "Status",
  status: code,
  retryAfterMillis: Option.fromNullable(retryAfterMillis)
})
const at = (position: Partial<RetryPosition>): RetryPosition => ({
  tries: 1,
  maxRetries: 3,
  remainingMillis: 20_000,
  random: 0,
  ...position
})

describe("A retry", () => {
  it("waits twice as long after each try, up to four seconds", () => {
    const delays = [1, 2, 3, 4, 5, 6, 9].map(tries =>
      retryDelay(lost, at({ tries, maxRetries: 10, random: 1 }))
    )
    expect(delays.map(Option.getOrNull)).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000])
  })

  it("leaves out up to half of the wait by chance", () => {
    expect(retryDelay(lost, at({ random: 0 }))).toEqual(Option.some(125))
    expect(retryDelay(lost, at({ random: 0.5 }))).toEqual(Option.some(188))
  })

  it("never comes before the moment that the answer asked for", () => {
    expect(retryDelay(status(429, 3_000), at({ random: 0 }))).toEqual(Option.some(3_125))
    expect(retryDelay(status(503, 3_000), at({ random: 1 }))).toEqual(Option.some(3_250))
  })

  it("follows only what passes: a lost connection, 408, 429 and 5xx", () => {
    const retried = Array.from({ length: 500 }, (_, index) => index + 100).filter(code =>
      Option.isSome(retryDelay(status(code), at({})))
    )
    expect(retried).toEqual([408, 429, ...Array.from({ length: 100 }, (_, index) => index + 500)])
    expect(Option.isSome(retryDelay(lost, at({})))).toBe(true)
  })

  it("comes no more often than allowed", () => {
    expect(Option.isSome(retryDelay(lost, at({ tries: 3, maxRetries: 3 })))).toBe(true)
    expect(retryDelay(lost, at({ tries: 4, maxRetries: 3 }))).toEqual(Option.none())
    expect(retryDelay(lost, at({ tries: 1, maxRetries: 0 }))).toEqual(Option.none())
  })

  it("does not begin at or after the deadline", () => {
    expect(retryDelay(lost, at({ remainingMillis: 125 }))).toEqual(Option.none())
    expect(retryDelay(lost, at({ remainingMillis: 126 }))).toEqual(Option.some(125))
    expect(retryDelay(status(429, 60_000), at({}))).toEqual(Option.none())
    expect(retryDelay(lost, at({ remainingMillis: -1 }))).toEqual(Option.none())
  })

  it("is bounded whatever the position", () => {
    const end = fc.oneof(
      fc.constant(lost),
      fc
        .tuple(fc.integer({ min: 100, max: 599 }), fc.option(fc.nat(100_000), { nil: undefined }))
        .map(([code, after]) => status(code, after))
    )
    const position = fc.record({
      tries: fc.integer({ min: 1, max: 50 }),
      maxRetries: fc.nat(50),
      remainingMillis: fc.integer({ min: -1000, max: 30_000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    })
    fc.assert(
      fc.property(end, position, (ended, where) => {
        const delay = retryDelay(ended, where)
        if (Option.isNone(delay)) return
        expect(Number.isInteger(delay.value)).toBe(true)
        expect(delay.value).toBeGreaterThanOrEqual(125)
        expect(delay.value).toBeLessThan(where.remainingMillis)
        expect(where.tries).toBeLessThanOrEqual(where.maxRetries)
        if (ended._tag === "Status") expect(isPassing(ended.status)).toBe(true)
      }),
      { numRuns: 5000 }
    )
  })
})
