import { Context, Duration, Effect } from "effect"
import { monotonicMillis } from "./monotonic.ts"

/**
 * The moment, in milliseconds of the monotonic clock, by which the caller wants its answers from Mochi. Of the calls that
 * wait for their turn, the one with the nearest deadline is next. A call still in flight at that moment fails with
 * `TimedOut`, and no retry starts that could not end before it.
 */
export class Deadline extends Context.Reference<Deadline>()("mochi/context/Deadline", {
  defaultValue: () => Number.POSITIVE_INFINITY
}) {}

/** One budget for all calls that `effect` makes. It can only bring a deadline forward, never extend it. */
export const within =
  (budget: Duration.DurationInput) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const deadline = (yield* monotonicMillis) + Duration.toMillis(budget)
      return yield* Effect.provideService(effect, Deadline, Math.min(deadline, yield* Deadline))
    })
