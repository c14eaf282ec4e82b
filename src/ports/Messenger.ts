import { Context, Schema } from "effect"
import type { Duration, Effect, Option, Redacted } from "effect"
import type { ChannelId, BotId, UserId, InteractionId, MessageId } from "../domain/Ids.ts"
import type { Notice } from "../domain/Notice.ts"

/**
 * Why Discord did not take a message.
 * - `Unreachable`: the person's DMs are closed, or no server is shared (50007, 50278).
 * - `OpeningPaused`: Discord wants no more DMs opened for now (40003).
 * - `RateLimited`, `Unavailable`: try again later; a message may have been stored all the same where `mayHaveHappened`.
 * - `Gone`: the message or channel no longer exists. `TokenDead`: the interaction can no longer be answered.
 * - `Refused`: Discord itself refuses this message, or this person or channel, whatever is tried.
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

/**
 * Whether the channel is unknown to this bot, or closed to it (10003, 50001): of a direct message, because it was opened
 * by another bot or is gone.
 */
export const isLostChannel = ({ code }: MessengerError): boolean => code === 10_003 || code === 50_001

/** Whether the message is another bot's (50005). */
export const isOthersMessage = ({ code }: MessengerError): boolean => code === 50_005

/** What a look at a channel's latest messages tells. Unsure: it is not seen, and that proves nothing. */
export type Sought =
  | { readonly _tag: "Found"; readonly messageId: MessageId }
  | { readonly _tag: "Absent" }
  | { readonly _tag: "Unsure" }

/** When a message can have been posted at the earliest. */
export interface Since {
  /** After this interaction. */
  readonly interaction: Option.Option<InteractionId>
  /** So long ago. */
  readonly age: Duration.Duration
}

/** Brings notices to people in Discord, and keeps them up to date there. */
export class Messenger extends Context.Tag("mochi/ports/Messenger")<
  Messenger,
  {
    /** Whose messages these are. */
    readonly application: Effect.Effect<BotId, MessengerError>
    readonly openDm: (userId: UserId) => Effect.Effect<ChannelId, MessengerError>
    /** The same nonce within a minute is the same message: safe to repeat after a crash or a lost answer. */
    readonly post: (
      channelId: ChannelId,
      notice: Notice,
      nonce: string
    ) => Effect.Effect<MessageId, MessengerError>
    /** This bot's newest message in the channel that is a drawing of the notice, for when a nonce is forgotten. */
    readonly findPosted: (
      channelId: ChannelId,
      notice: Notice,
      since: Since
    ) => Effect.Effect<Sought, MessengerError>
    readonly edit: (
      channelId: ChannelId,
      messageId: MessageId,
      notice: Notice
    ) => Effect.Effect<void, MessengerError>
    /** Edits an interaction's own answer. */
    readonly editAnswer: (token: Redacted.Redacted, notice: Notice) => Effect.Effect<void, MessengerError>
  }
>() {}
