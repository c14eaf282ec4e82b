import { Option, Schema } from "effect"

/** The calls to Mochi, as spans, metrics and logs name them. */
export const MochiOperation = Schema.Literal(
  "profile_by_discord",
  "profile_by_id",
  "list_applications",
  "list_vaults",
  "list_balances",
  "create_transfer_request",
  "list_transfer_requests",
  "decide_transfer_request",
  "get_transfer_request",
  "health"
)
export type MochiOperation = typeof MochiOperation.Type

/**
 * Why a call to Mochi gave no usable answer.
 * - `Forbidden`: 401 or 403. `NotFound`: 404. `Refused`: every other 4xx; for a decision 400 means "settled already".
 * - `Unavailable`: no connection, 408, 429 or 5xx after every retry. `TimedOut`: the deadline passed.
 * - `Undecodable`: an answer that is not what Mochi promises.
 * - `UnsafePath`: an id that must not enter a URL; the bot sent nothing.
 * - `Withheld`: the caller lost the right to send before the call's turn came; the bot sent nothing.
 */
export const MochiErrorReason = Schema.Literal(
  "Forbidden",
  "NotFound",
  "Refused",
  "Unavailable",
  "TimedOut",
  "Undecodable",
  "UnsafePath",
  "Withheld"
)
export type MochiErrorReason = typeof MochiErrorReason.Type

export class MochiError extends Schema.TaggedError<MochiError>()("MochiError", {
  operation: MochiOperation,
  reason: MochiErrorReason,
  /** The HTTP status, if there was one. */
  status: Schema.optionalWith(Schema.Number, { as: "Option", exact: true }),
  /** True if Mochi may have done the work all the same: then never claim that nothing happened. */
  mayHaveHappened: Schema.Boolean,
  cause: Schema.optionalWith(Schema.Defect, { as: "Option", exact: true })
}) {
  /** For logs and traces; people read other words. */
  override get message(): string {
    const status = Option.match(this.status, { onNone: () => "", onSome: code => ` (HTTP ${code})` })
    const cause = Option.match(this.cause, {
      onNone: () => "",
      onSome: error => (error instanceof Error ? `: ${error.message}` : "")
    })
    const doubt = this.mayHaveHappened ? "; it may have happened all the same" : ""
    return `${this.operation} failed: ${sentences[this.reason]}${status}${cause}${doubt}.`
  }
}

const sentences: Readonly<Record<MochiErrorReason, string>> = {
  Forbidden: "Mochi did not permit it",
  NotFound: "Mochi does not know what was asked for",
  Refused: "Mochi refused it",
  Unavailable: "Mochi gave no answer",
  TimedOut: "Mochi did not answer in time",
  Undecodable: "Mochi's answer could not be read",
  UnsafePath: "an id was not fit for a URL, so nothing was sent",
  Withheld: "the caller lost the right to send, so nothing was sent"
}
