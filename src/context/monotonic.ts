import { Clock, Duration, Effect, Option, Schedule, ScheduleDecision, ScheduleInterval } from "effect"

/**
 * Milliseconds on a clock that only moves forward, from an arbitrary start: for waits, limits and durations within this
 * process. The wall clock, which an operator or NTP may set by hours, is only for dates.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.map(
  Clock.currentTimeNanos,
  nanos => Number(nanos) / 1_000_000
)

/** The same from a given clock, for code that cannot run an effect. */
export const unsafeMonotonicMillis = (clock: Clock.Clock): number =>
  Number(clock.unsafeCurrentTimeNanos()) / 1_000_000

/** Ends a schedule once `limit` has passed since its first step; Effect's own `upTo` uses the wall clock. */
export const upTo =
  (limit: Duration.DurationInput) =>
  <Out, In, R>(schedule: Schedule.Schedule<Out, In, R>): Schedule.Schedule<Out, In, R> =>
    Schedule.zipLeft(
      schedule,
      Schedule.whileOutput(elapsedMillis, passed => passed < Duration.toMillis(limit))
    )

const elapsedMillis: Schedule.Schedule<number> = Schedule.makeWithState(
  Option.none<number>(),
  (wallMillis, _input, startedAt) =>
    Effect.map(monotonicMillis, now => {
      const start = Option.getOrElse(startedAt, () => now)
      const next = ScheduleDecision.continueWith(ScheduleInterval.after(wallMillis))
      return [Option.some(start), now - start, next] as const
    })
)
