import type { DiscordRESTError } from "dfx/DiscordREST"
import { Duration, Schema } from "effect"

/** An answer arrived, but not the requested one. Never carries a token, a body or a full path. */
export class DiscordApiError extends Schema.TaggedError<DiscordApiError>()("DiscordApiError", {
  /** Discord's own code, such as 10062; 0 if the answer had none. */
  code: Schema.Int,
  status: Schema.Int,
  /**
   * Whether the answer has the form of Discord's own errors. If not, a proxy or Cloudflare answered: then the fault is
   * temporary, and says nothing about this token, message or person.
   */
  fromDiscord: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  method: Schema.String,
  /** The path with placeholders for ids and tokens. */
  route: Schema.String,
  retryAfter: Schema.optional(Schema.DurationFromSelf)
}) {
  override get message(): string {
    const words = this.fromDiscord ? `code ${this.code}` : "not in Discord's own words"
    return `${this.method} ${this.route}: ${this.status} (${words})`
  }
}

/** No answer arrived. */
export class DiscordUnreachable extends Schema.TaggedError<DiscordUnreachable>()("DiscordUnreachable", {
  /** `timeout`: a deadline passed. `connection`: the network failed. `answer`: the answer is unreadable. */
  reason: Schema.Literal("timeout", "connection", "answer"),
  method: Schema.String,
  route: Schema.String,
  /** False only if Discord certainly never saw the request. */
  maybeSent: Schema.Boolean,
  /** The system's error code, such as ECONNRESET. */
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

/** The failure of a `DiscordREST` call as one of the two errors above. */
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

/** Whether Discord itself refuses the bot token. Discord answers an expired interaction token with 401 too. */
export const isTokenRejected = (failure: DiscordFailure): boolean =>
  failure._tag === "DiscordApiError" &&
  failure.fromDiscord &&
  failure.status === 401 &&
  refusesToken(failure.code)

/** For an answer with 401: `401: Unauthorized` has code 0, and 40001 is "provide a valid token". */
export const refusesToken = (code: number): boolean => code === 0 || code === 40_001

/** Whether Discord may have done the work although the call failed. */
export const isOutcomeUnknown = (failure: DiscordFailure): boolean =>
  failure._tag === "DiscordUnreachable" ? failure.maybeSent : failure.status >= 500
