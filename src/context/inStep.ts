import { Duration, Effect } from "effect"
import { monotonicMillis } from "./monotonic.ts"

/**
 * Runs `work` at once, and then each time that the process's clock reaches a multiple of `interval`. Loops in step wake an
 * idle process together, which costs less than a wake for each.
 */
export const inStep = <E, R>(
  interval: Duration.DurationInput,
  work: Effect.Effect<unknown, E, R>
): Effect.Effect<never, E, R> => {
  const millis = Duration.toMillis(interval)
  const pause = Effect.flatMap(monotonicMillis, now => Effect.sleep(untilNext(millis, now)))
  return Effect.forever(Effect.zipRight(work, pause))
}

/** Milliseconds from `now` until the next multiple of `interval`, never more than one interval. */
export const untilNext = (interval: number, now: number): number => {
  const left = interval - (now % interval)
  return left < firesEarlyBy ? interval : left
}

/** Milliseconds by which a timer may fire before its time: without them a loop would run twice in a row. */
const firesEarlyBy = 2
