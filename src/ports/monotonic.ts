import { Clock, Effect } from "effect"

/**
 * Milliseconds on a clock that only ever moves forward, from an arbitrary start: for waits, limits and durations within
 * this process. The wall clock, which an operator or NTP may set by hours, is for dates alone.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.map(
  Clock.currentTimeNanos,
  nanos => Number(nanos) / 1_000_000
)
