import type { DiscordRESTError } from "dfx/DiscordREST"
import { Duration, Schema } from "effect"

/** Discord answered, and not with what was asked for. Never carries a token, a body or a full path. */
export class DiscordApiError extends Schema.TaggedError<DiscordApiError>()("DiscordApiError", {
  /** Discord's own code, such as 10062; 0 when the answer had none. */
  code: Schema.Int,
  status: Schema.Int,
  method: Schema.String,
  /** The path with its ids and tokens replaced. */
  route: Schema.String,
  retryAfter: Schema.optional(Schema.DurationFromSelf)
}) {
  override get message(): string {
    return `${this.method} ${this.route}: ${this.status} (code ${this.code})`
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

/** What a failed call of `DiscordREST` says, in the two errors above. */
export const toApiError = (error: DiscordRESTError): DiscordFailure => {
  const { method, url: route } = error.request
  switch (error._tag) {
    case "ErrorResponse":
      return new DiscordApiError({
        code: integer(error.cause.code),
        status: error.response.status,
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
        ? new DiscordApiError({ code: 0, status: error.response.status, method, route })
        : new DiscordUnreachable({ reason: "answer", method, route, maybeSent: true })
    case "RequestError":
      return error.cause instanceof DiscordUnreachable
        ? error.cause
        : new DiscordUnreachable({ reason: "connection", method, route, maybeSent: true })
  }
}

/** Whether Discord refuses the bot token itself. An expired interaction token is answered 401 as well. */
export const isTokenRejected = (failure: DiscordFailure): boolean =>
  failure._tag === "DiscordApiError" && failure.status === 401 && failure.code !== 50027

/** Whether Discord may have done what was asked although the call failed. */
export const isOutcomeUnknown = (failure: DiscordFailure): boolean =>
  failure._tag === "DiscordUnreachable" ? failure.maybeSent : failure.status >= 500

const integer = (value: unknown): number =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : 0
