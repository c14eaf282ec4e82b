import { Effect } from "effect"
import type { Clock } from "effect"

/**
 * Runs a test under a clock whose wall time an operator sets, while time itself goes on evenly. `step` moves the wall
 * time by so many milliseconds.
 */
export const withSteppedClock = <A, E, R>(
  test: (step: (millis: number) => Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const even = yield* Effect.clock
    let offset = 0
    // A test clock is also what a test moves time by.
    const stepped: Clock.Clock = Object.create(even, {
      currentTimeMillis: { value: Effect.map(even.currentTimeMillis, millis => millis + offset) },
      unsafeCurrentTimeMillis: { value: () => even.unsafeCurrentTimeMillis() + offset },
      // the test clock's would be reckoned from the time that is set
      unsafeCurrentTimeNanos: { value: () => even.unsafeCurrentTimeNanos() }
    })
    const step = (millis: number) =>
      Effect.sync(() => {
        offset += millis
      })
    return yield* Effect.withClock(test(step), stepped)
  })

export const hour = 3_600_000
