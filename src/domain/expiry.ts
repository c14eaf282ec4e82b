import { DateTime, Duration, Option } from "effect"

/** No transfer request is older than Mochi, whatever zero time a backend's language writes for "never". */
const earliest = DateTime.unsafeMake("2015-01-01T00:00:00Z")
/** Neither PostgreSQL's texts nor Discord's timestamps have years of five digits. */
const latest = DateTime.unsafeMake("9999-12-31T23:59:59.999Z")

/** A moment as Mochi writes it. Dates alone, and texts that JavaScript alone would take for a date, are none. */
export const isMomentText = (text: string): boolean => momentText.test(text)

const momentText = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

/** When a request expires, by Mochi's word for it; none for what stands for no time at all. */
export const parseExpiry = (text: string): Option.Option<DateTime.Utc> =>
  Option.some(text.trim()).pipe(
    Option.filter(isMomentText),
    Option.flatMap(DateTime.make),
    Option.map(DateTime.toUtc),
    Option.filter(isExpiry)
  )

export const isExpiry: (moment: DateTime.Utc) => boolean = DateTime.between({
  minimum: earliest,
  maximum: latest
})

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
