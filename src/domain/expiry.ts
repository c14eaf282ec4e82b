import { Duration, Option } from "effect"

/** Mochi may mark a request a moment after its time. */
const grace = Duration.seconds(2)
const firstRepeat = Duration.seconds(15)
const longestRepeat = Duration.hours(2)
const askedForAtMost = Duration.hours(24)

/**
 * How long to wait before Mochi is asked what became of a pending request: until its expiry, then ever more slowly; none
 * a day after it. `attempt` counts the answers that were still pending.
 */
export const nextExpiryQuestion = (
  expiresAtMillis: number,
  nowMillis: number,
  attempt: number
): Option.Option<Duration.Duration> => {
  const untilExpiry = expiresAtMillis + Duration.toMillis(grace) - nowMillis
  if (untilExpiry > 0) return Option.some(Duration.millis(untilExpiry))
  if (-untilExpiry > Duration.toMillis(askedForAtMost)) return Option.none()
  if (attempt === 0) return Option.some(Duration.zero)
  return Option.some(Duration.min(Duration.times(firstRepeat, 2 ** Math.min(attempt - 1, 20)), longestRepeat))
}
