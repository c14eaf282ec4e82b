import { Option, Predicate } from "effect"
import { parseRetryAfter } from "../http/retryAfter.ts"
import { headerOf } from "./DiscordHttp.ts"
import type { Answered } from "./DiscordHttp.ts"

/**
 * The milliseconds that a 429 asks to wait; none if it names no time. Some have it only in their JSON, or as a date, and
 * Discord's own may be a fraction of a second.
 */
export const retryAfterOf = (answer: Answered): Option.Option<number> =>
  Option.fromNullable(headerOf(answer, "retry-after")).pipe(
    Option.flatMap(header =>
      /^\d+\.\d+$/.test(header) ? Option.some(Number(header) * 1000) : parseRetryAfter(header, Date.now())
    ),
    Option.filter(isPositive),
    Option.orElse(() => retryAfterIn(answer.bytes))
  )

const retryAfterIn = (body: Buffer): Option.Option<number> =>
  Option.liftThrowable((): unknown => JSON.parse(body.toString()))().pipe(
    Option.filter(Predicate.hasProperty("retry_after")),
    Option.map(({ retry_after }) => retry_after),
    Option.filter(Predicate.isNumber),
    Option.map(seconds => seconds * 1000),
    Option.filter(isPositive)
  )

export const isPositive = (millis: number): boolean => millis > 0 && Number.isFinite(millis)
