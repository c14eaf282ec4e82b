import { Effect } from "effect"
import type { Clock } from "effect"

/**
 * Runs a test under a clock whose wall time an operator changes while monotonic time goes on evenly. `step` moves the
 * wall time by this many milliseconds.
 */
export const withSteppedClock = <A, E, R>(
  test: (step: (millis: number) => Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const even = yield* Effect.clock
    let offset = 0
    // The stepped clock inherits everything else, so that a test can still adjust a test clock.
    const stepped: Clock.Clock = Object.create(even, {
      currentTimeMillis: { value: Effect.map(even.currentTimeMillis, millis => millis + offset) },
      unsafeCurrentTimeMillis: { value: () => even.unsafeCurrentTimeMillis() + offset },
      // the inherited one would compute this from the stepped wall time
      unsafeCurrentTimeNanos: { value: () => even.unsafeCurrentTimeNanos() }
    })
    const step = (millis: number) =>
      Effect.sync(() => {
        offset += millis
      })
    return yield* Effect.withClock(test(step), stepped)
  })

export const hour = 3_600_000
