import { Context, Schema } from "effect"
import type { Duration, Effect, Option, Redacted } from "effect"
import type { BotId, ChannelId, InteractionId, MessageId, RequestKey, UserId } from "../domain/Ids.ts"
import type { Notice } from "../domain/Notice.ts"
import type { FirstAnswer, Screen } from "../domain/Screen.ts"

/**
 * Why Discord did not take a message.
 * - `Unreachable`: the person's DMs are closed, or no server is shared (50007, 50278).
 * - `OpeningPaused`: Discord wants no more DMs opened for now (40003).
 * - `RateLimited`, `Unavailable`: try again later; with `mayHaveHappened`, Discord may have the message anyway.
 * - `Gone`: the message or channel no longer exists. `TokenDead`: the interaction can no longer be answered.
 * - `Refused`: Discord refuses this message, person or channel for good.
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
  /** Discord's own code, 0 if there was none. */
  code: Schema.Number,
  /** How long Discord asks to wait. */
  retryAfterMillis: Schema.optionalWith(Schema.Number, { as: "Option", exact: true }),
  mayHaveHappened: Schema.Boolean
}) {}

/** The result of a search in a channel's latest messages. Unsure: not seeing the message proves nothing. */
export type Sought =
  | { readonly _tag: "Found"; readonly messageId: MessageId }
  | { readonly _tag: "Absent" }
  | { readonly _tag: "Unsure" }

/**
 * What the platform's code says besides the reason.
 * - `lost channel`: this bot does not know the channel, or has no access to it: a direct message channel is gone, or another
 *   bot opened it.
 * - `another bot's message`: only that bot can edit it.
 */
export type ErrorSubject = "lost channel" | "another bot's message" | "nothing else"

/** Discord did not take the answer to an interaction. */
export class AnswerError extends Schema.TaggedError<AnswerError>()("AnswerError", {
  /**
   * - `Passing`: another try may help, not before `pauseMillis`.
   * - `Final`: the bot can no longer answer this interaction, or cannot write to this person.
   * - `Unfit`: Discord refuses the content, which is a fault of ours.
   */
  reason: Schema.Literal("Passing", "Final", "Unfit"),
  /** How long Discord asks to wait; 0 if it does not. */
  pauseMillis: Schema.Number,
  /** Discord's own code; none if it said nothing in its own words. */
  code: Schema.optionalWith(Schema.Number, { as: "Option", exact: true }),
  /** False only if Discord certainly does not show the answer. */
  mayHaveHappened: Schema.Boolean,
  /** A closed word for traces and metrics. */
  errorType: Schema.String,
  /** For logs: without a body, a token or a full path. */
  detail: Schema.String
}) {}

/** Where to answer an interaction. Discord takes answers for 15 minutes. */
export interface AnswerAddress {
  readonly id: InteractionId
  readonly token: Redacted.Redacted
  /** The bot that received the interaction; if none, the adapter asks Discord. */
  readonly bot: Option.Option<BotId>
}

/** The earliest time at which a message can have been posted. */
export interface Since {
  /** After this interaction. */
  readonly interaction: Option.Option<InteractionId>
  /** At most this long ago. */
  readonly age: Duration.Duration
}

/** The only way to people in Discord: posts notices, keeps them up to date, and answers interactions. */
export class Messenger extends Context.Tag("mochi/ports/Messenger")<
  Messenger,
  {
    /** The bot that posts these messages. */
    readonly about: (error: MessengerError) => ErrorSubject
    readonly application: Effect.Effect<BotId, MessengerError>
    /** How many communities the bot is in, about an hour behind; fails while Discord does not answer. */
    readonly communities: Effect.Effect<number, MessengerError>
    readonly openDm: (userId: UserId) => Effect.Effect<ChannelId, MessengerError>
    /** The same nonce within a minute is the same message: safe to repeat after a crash or a lost answer. */
    readonly post: (
      channelId: ChannelId,
      notice: Notice,
      nonce: string
    ) => Effect.Effect<MessageId, MessengerError>
    /** This bot's newest message in the channel that shows the notice, for when Discord has forgotten the nonce. */
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
    /** Whether buttons can name the request: the bot must read back exactly what they say of it. */
    readonly canOfferButtons: (request: RequestKey) => boolean

    /** Sends the first answer; ends when Discord has it. */
    readonly acknowledge: (
      interaction: Pick<AnswerAddress, "id" | "token">,
      first: FirstAnswer
    ) => Effect.Effect<void, AnswerError>
    /** Replaces the first answer, or the message with the pressed button. One try. */
    readonly replaceAnswer: (
      address: AnswerAddress,
      screen: Screen,
      files?: ReadonlyArray<File>
    ) => Effect.Effect<void, AnswerError>
    /** Adds a message that only the person sees. One try. */
    readonly addAnswer: (address: AnswerAddress, screen: Screen) => Effect.Effect<void, AnswerError>
    /** Posts an answer in the person's DM channel. The same nonce within a minute is the same message. One try. */
    readonly postAnswer: (
      channelId: ChannelId,
      screen: Screen,
      nonce: string,
      files?: ReadonlyArray<File>
    ) => Effect.Effect<void, AnswerError>
  }
>() {}
