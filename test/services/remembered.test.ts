import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Ref, TestClock } from "effect"
import { remembered } from "../../src/services/remembered.ts"
import { heapInUse } from "../support/garbage.ts"
import { hour, withSteppedClock } from "../support/steppedClock.ts"

/** Look-ups of texts by their number; the count is of those that were really made. */
const counting = (options: { readonly mostBytes?: number; readonly bytes?: number } = {}) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const ask = yield* remembered({
      lookUp: (key: number) =>
        Effect.as(
          Ref.update(count, n => n + 1),
          `answer ${key}`
        ),
      keyOf: String,
      freshFor: Duration.seconds(8),
      mostBytes: options.mostBytes ?? 1_000_000,
      bytesOf: () => options.bytes ?? 10
    })
    return { ask, count: Ref.get(count) }
  })

describe("What is remembered", () => {
  it.effect.each([-hour, -40_000, hour])(
    "is as old as it is, though the wall clock is set by %i ms (C3)",
    millis =>
      withSteppedClock(step =>
        Effect.gen(function* () {
          const { ask, count } = yield* counting()
          yield* ask(1)
          yield* step(millis)
          yield* TestClock.adjust("7 seconds")
          yield* ask(1)
          expect(yield* count).toBe(1)
          yield* TestClock.adjust("1 second")
          yield* ask(1)
          expect(yield* count).toBe(2)
        })
      )
  )

  it.effect("weighs no more than it may: what was asked for least lately goes first (A7)", () =>
    Effect.gen(function* () {
      const { ask, count } = yield* counting({ mostBytes: 10_000, bytes: 2_500 })
      for (const key of [1, 2, 3, 1, 4]) yield* ask(key)
      expect(yield* count).toBe(4)
      for (const key of [1, 3, 4]) yield* ask(key)
      expect(yield* count).toBe(4)
      yield* ask(2)
      expect(yield* count).toBe(5)
    })
  )

  it.effect("is not what alone would weigh too much, and that is answered all the same (A7)", () =>
    Effect.gen(function* () {
      const { ask, count } = yield* counting({ mostBytes: 10_000, bytes: 20_000 })
      expect(yield* ask(1)).toBe("answer 1")
      expect(yield* ask(1)).toBe("answer 1")
      expect(yield* count).toBe(2)
    })
  )

  it.live("is gone by itself once it is too old, whether anybody asks or not (A7)", () =>
    Effect.gen(function* () {
      const ask = yield* remembered({
        lookUp: (key: number) =>
          Effect.sync(() => ({ rows: Array.from({ length: 200_000 }, () => ({ key })) })),
        keyOf: String,
        freshFor: Duration.millis(300),
        mostBytes: 1_000_000_000,
        bytesOf: () => 1_000_000
      })
      const before = heapInUse()
      yield* Effect.asVoid(ask(1))
      expect(heapInUse() - before).toBeGreaterThan(1_000_000)
      yield* Effect.sleep("700 millis")
      expect(heapInUse() - before).toBeLessThan(1_000_000)
    })
  )

  it.effect("is asked for once by all who want it at the same time, and a failure is not kept (A7)", () =>
    Effect.gen(function* () {
      const count = yield* Ref.make(0)
      const ask = yield* remembered({
        lookUp: (_: string) =>
          Ref.updateAndGet(count, n => n + 1).pipe(
            Effect.delay("1 second"),
            Effect.flatMap(n => (n === 1 ? Effect.fail("down") : Effect.succeed(n)))
          ),
        keyOf: key => key,
        freshFor: Duration.seconds(8),
        mostBytes: 1_000,
        bytesOf: () => 1
      })
      const all = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 50 }, () => Effect.flip(ask("a"))),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("1 second")
      expect(new Set(yield* Fiber.join(all))).toEqual(new Set(["down"]))
      expect(yield* Ref.get(count)).toBe(1)
      const again = yield* Effect.fork(ask("a"))
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.join(again)).toBe(2)
    })
  )
})
