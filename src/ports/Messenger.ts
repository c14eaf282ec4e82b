import { Context, Schema } from "effect"
import type { Effect, Option, Redacted } from "effect"
import type { ChannelId, DiscordUserId, MessageId } from "../domain/Ids.ts"
import type { Notice } from "../domain/Notice.ts"

/**
 * Why Discord did not take a message.
 * - `Unreachable`: the person's DMs are closed, or no server is shared (50007, 50278).
 * - `OpeningPaused`: Discord wants no more DMs opened for now (40003).
 * - `RateLimited`, `Unavailable`: try again later; a message may have been stored all the same where `mayHaveHappened`.
 * - `Gone`: the message or channel no longer exists. `TokenDead`: the interaction can no longer be answered.
 * - `Refused`: permanent, whatever is tried.
 */
export const MessengerErrorReason = Schema.Literal(
  "Unreachable",
  "OpeningPaused",
  "RateLimited",
  "Unavailable",
  "Gone",
  "TokenDead",
  "Refused"
)
export type MessengerErrorReason = typeof MessengerErrorReason.Type

export class MessengerError extends Schema.TaggedError<MessengerError>()("MessengerError", {
  reason: MessengerErrorReason,
  /** Discord's own code, 0 where there was none. */
  code: Schema.Number,
  /** As told by Discord. */
  retryAfterMillis: Schema.optionalWith(Schema.Number, { as: "Option", exact: true }),
  mayHaveHappened: Schema.Boolean
}) {}

/** Brings notices to people in Discord, and keeps them up to date there. */
export class Messenger extends Context.Tag("mochi/ports/Messenger")<
  Messenger,
  {
    readonly openDm: (userId: DiscordUserId) => Effect.Effect<ChannelId, MessengerError>
    /** The same nonce within a minute is the same message: safe to repeat after a crash or a lost answer. */
    readonly post: (
      channelId: ChannelId,
      notice: Notice,
      nonce: string
    ) => Effect.Effect<MessageId, MessengerError>
    /** This bot's newest message in the channel that reads like the notice, for when a nonce is forgotten. */
    readonly findPosted: (
      channelId: ChannelId,
      notice: Notice
    ) => Effect.Effect<Option.Option<MessageId>, MessengerError>
    readonly edit: (
      channelId: ChannelId,
      messageId: MessageId,
      notice: Notice
    ) => Effect.Effect<void, MessengerError>
    /** Edits an interaction's own answer. */
    readonly editAnswer: (token: Redacted.Redacted, notice: Notice) => Effect.Effect<void, MessengerError>
  }
>() {}
