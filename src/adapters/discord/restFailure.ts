/** What Discord's REST interface said, or that it said nothing, as a typed failure. */
import { Duration, Option } from "effect"
import type { Answered, Outcome } from "./DiscordHttp.ts"
import { DiscordApiError, DiscordUnreachable, isDiscordsWord } from "./RestErrors.ts"
import type { DiscordFailure } from "./RestErrors.ts"
import { retryAfterOf } from "./retryAfter.ts"

interface Named {
  readonly method: string
  readonly route: string
}

/** Of an outcome that is no success. */
export const failureOf = ({ method, route }: Named, outcome: Outcome): DiscordFailure => {
  if (outcome._tag === "Answered") return refusalOf({ method, route }, outcome)
  const { detail, maybeSent, reason } = outcome
  return new DiscordUnreachable({
    reason,
    method,
    route,
    maybeSent,
    ...(detail === undefined ? {} : { detail })
  })
}

/**
 * Believed as Discord's own: a 429 that names its time, and a 4xx in Discord's words. All else is a proxy's page, an empty
 * body, or a failing Discord (5xx).
 */
const refusalOf = ({ method, route }: Named, answer: Answered): DiscordApiError => {
  const { status } = answer
  if (status === 429)
    return Option.match(retryAfterOf(answer), {
      onNone: () => new DiscordApiError({ code: 0, status, fromDiscord: false, method, route }),
      onSome: millis =>
        new DiscordApiError({ code: 0, status, method, route, retryAfter: Duration.millis(millis) })
    })
  const word = status < 500 ? jsonOf(answer) : undefined
  return isDiscordsWord(word)
    ? new DiscordApiError({ code: word.code, status, method, route })
    : new DiscordApiError({ code: 0, status, fromDiscord: false, method, route })
}

/** Undefined if the body is no JSON. */
export const jsonOf = ({ bytes }: Answered): unknown =>
  Option.getOrUndefined(Option.liftThrowable((): unknown => JSON.parse(bytes.toString()))())

/** A closed word for spans and metrics: Discord's status, or why there is no answer. */
export const errorType = (failure: DiscordFailure): string =>
  failure._tag === "DiscordApiError" ? String(failure.status) : failure.reason
