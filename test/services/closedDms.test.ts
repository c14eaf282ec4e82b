import { expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { UserId } from "../../src/domain/Ids.ts"
import { makeClosedDms } from "../../src/services/closedDms.ts"

const someone = (index: number) => UserId.make(String(100_000_000_000_000_000n + BigInt(index)))

it.effect(
  "closed direct messages are known by two refusals, for five minutes or until they are found open",
  () =>
    Effect.gen(function* () {
      const closed = yield* makeClosedDms
      yield* closed.refused(someone(1))
      expect(yield* closed.has(someone(1))).toBe(false)
      yield* closed.refused(someone(1))
      for (let count = 0; count < 3; count++) yield* closed.refused(someone(2))
      expect([yield* closed.has(someone(1)), yield* closed.has(someone(2))]).toEqual([true, true])
      yield* closed.reached(someone(2))
      yield* TestClock.adjust("299 seconds")
      expect([yield* closed.has(someone(1)), yield* closed.has(someone(2))]).toEqual([true, false])
      yield* TestClock.adjust("1 second")
      expect(yield* closed.has(someone(1))).toBe(false)
      yield* closed.refused(someone(1))
      expect(yield* closed.has(someone(1))).toBe(false)
    })
)

it.effect("closed direct messages of more than 10,000 people are not remembered, the oldest go first", () =>
  Effect.gen(function* () {
    const closed = yield* makeClosedDms
    for (let index = 0; index < 10_000; index++) {
      yield* closed.refused(someone(index))
      yield* closed.refused(someone(index))
    }
    yield* closed.refused(someone(0))
    yield* closed.refused(someone(10_000))
    yield* closed.refused(someone(10_000))
    const remembered = yield* Effect.forEach([0, 1, 2, 9_999, 10_000], index => closed.has(someone(index)))
    expect(remembered).toEqual([true, false, true, true, true])
  })
)
