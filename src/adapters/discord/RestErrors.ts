import type { DiscordRESTError } from "dfx/DiscordREST"
import { Duration, Schema } from "effect"

/** An answer came, and not with what was asked for. Never carries a token, a body or a full path. */
export class DiscordApiError extends Schema.TaggedError<DiscordApiError>()("DiscordApiError", {
  /** Discord's own code, such as 10062; 0 when the answer had none. */
  code: Schema.Int,
  status: Schema.Int,
  /**
   * Whether the answer has the form of Discord's own errors. If not, a proxy or Cloudflare spoke in Discord's place: that
   * says something of the moment, and nothing of this token, message or person.
   */
  fromDiscord: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  method: Schema.String,
  /** The path with its ids and tokens replaced. */
  route: Schema.String,
  retryAfter: Schema.optional(Schema.DurationFromSelf)
}) {
  override get message(): string {
    const said = this.fromDiscord ? `code ${this.code}` : "not in Discord's own words"
    return `${this.method} ${this.route}: ${this.status} (${said})`
  }
}

/** No answer came. */
export class DiscordUnreachable extends Schema.TaggedError<DiscordUnreachable>()("DiscordUnreachable", {
  /** `timeout`: a deadline passed. `connection`: the network failed. `answer`: what came cannot be read. */
  reason: Schema.Literal("timeout", "connection", "answer"),
  method: Schema.String,
  route: Schema.String,
  /** False only when it is certain that Discord never saw the request. */
  maybeSent: Schema.Boolean,
  /** The system's own word for it, such as ECONNRESET. */
  detail: Schema.optional(Schema.String)
}) {
  override get message(): string {
    const sent = this.maybeSent ? "may have arrived" : "was not sent"
    return `${this.method} ${this.route}: ${this.reason} ${this.detail ?? ""} (${sent})`
  }
}

export type DiscordFailure = DiscordApiError | DiscordUnreachable

/**
 * The form of every error that Discord itself sends: `{"message":"Unknown Webhook","code":10015}`. Its codes are 0 or have
 * five digits and more; a proxy's own JSON repeats the status there.
 */
export const isDiscordsWord = Schema.is(
  Schema.Struct({
    message: Schema.String,
    code: Schema.Int.pipe(Schema.filter(code => code === 0 || code >= 10_000))
  })
)

/** What a failed call of `DiscordREST` says, in the two errors above. */
export const toApiError = (error: DiscordRESTError): DiscordFailure => {
  const { method, url: route } = error.request
  switch (error._tag) {
    case "ErrorResponse":
      return new DiscordApiError({
        code: isDiscordsWord(error.cause) ? error.cause.code : 0,
        status: error.response.status,
        fromDiscord: isDiscordsWord(error.cause),
        method,
        route
      })
    case "RatelimitedResponse":
      return new DiscordApiError({
        code: 0,
        status: 429,
        method,
        route,
        retryAfter: Duration.seconds(Math.max(0, error.cause.retry_after))
      })
    case "ResponseError":
      return error.response.status >= 400
        ? new DiscordApiError({ code: 0, status: error.response.status, fromDiscord: false, method, route })
        : new DiscordUnreachable({ reason: "answer", method, route, maybeSent: true })
    case "RequestError":
      return error.cause instanceof DiscordUnreachable
        ? error.cause
        : new DiscordUnreachable({ reason: "connection", method, route, maybeSent: true })
  }
}

/** Whether Discord itself refuses the bot token. An expired interaction token is answered 401 as well. */
export const isTokenRejected = (failure: DiscordFailure): boolean =>
  failure._tag === "DiscordApiError" &&
  failure.fromDiscord &&
  failure.status === 401 &&
  refusesToken(failure.code)

/** Of the codes in an answer of 401: `401: Unauthorized` has none of its own, 40001 is "provide a valid token". */
export const refusesToken = (code: number): boolean => code === 0 || code === 40_001

/** Whether Discord may have done what was asked although the call failed. */
export const isOutcomeUnknown = (failure: DiscordFailure): boolean =>
  failure._tag === "DiscordUnreachable" ? failure.maybeSent : failure.status >= 500
