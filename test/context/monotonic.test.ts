import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, Ref, Schedule, TestClock } from "effect"
import { monotonicMillis, upTo } from "../../src/context/monotonic.ts"
import { hour, withSteppedClock } from "../support/steppedClock.ts"

it.effect.each([-hour, -40_000, hour])(
  "Nothing of it moves where the wall clock is set by %i ms (C3)",
  millis =>
    withSteppedClock(step =>
      Effect.gen(function* () {
        const before = yield* monotonicMillis
        yield* step(millis)
        expect(yield* monotonicMillis).toBe(before)
        yield* TestClock.adjust("1 second")
        expect((yield* monotonicMillis) - before).toBe(1_000)
      })
    )
)

it.effect.each([-hour, 0, hour])(
  "A schedule goes on for as long as it says, the wall clock set by %i ms (C3)",
  millis =>
    withSteppedClock(step =>
      Effect.gen(function* () {
        const tries = yield* Ref.make(0)
        const work = Effect.zipRight(
          Ref.update(tries, n => n + 1),
          Effect.fail("not yet")
        )
        const fiber = yield* Effect.fork(
          Effect.option(Effect.retry(work, upTo("10 seconds")(Schedule.spaced("1 second"))))
        )
        yield* TestClock.adjust("2500 millis")
        yield* step(millis)
        yield* TestClock.adjust("5 seconds")
        expect(yield* Fiber.poll(fiber)).toEqual(Option.none())
        yield* TestClock.adjust("5 seconds")
        expect(yield* Fiber.join(fiber)).toEqual(Option.none())
        expect(yield* Ref.get(tries)).toBe(11)
      })
    )
)
