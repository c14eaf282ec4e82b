import { Option, Predicate } from "effect"
import { parseRetryAfter } from "../http/retryAfter.ts"

/** The package reads only the header, in seconds; some answers have the time only in their JSON, or as a date. */
export const withRetryAfter = (original: Headers, body: string): Headers => {
  const headers = new Headers(original)
  const inHeader = Option.flatMap(Option.fromNullable(original.get("retry-after")), header =>
    /^\d+\.\d+$/.test(header) ? Option.some(Number(header) * 1000) : parseRetryAfter(header, Date.now())
  )
  const millis = Option.orElse(Option.filter(inHeader, isPositive), () => retryAfterIn(body))
  headers.delete("retry-after")
  if (Option.isSome(millis)) headers.set("retry-after", String(millis.value / 1000))
  return headers
}

const retryAfterIn = (body: string): Option.Option<number> =>
  Option.liftThrowable((): unknown => JSON.parse(body))().pipe(
    Option.filter(Predicate.hasProperty("retry_after")),
    Option.map(({ retry_after }) => retry_after),
    Option.filter(Predicate.isNumber),
    Option.map(seconds => seconds * 1000),
    Option.filter(isPositive)
  )

export const isPositive = (millis: number): boolean => millis > 0 && Number.isFinite(millis)
