/** A person who asked for something, and the ways to answer. No feature knows on which platform they are. */
import { Context, Data } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { ChannelId, CommunityId, InteractionId, MessageId, UserId } from "../../domain/Ids.ts"
import type { Screen } from "../../domain/Screen.ts"
import type { AbandonedInteraction } from "../../ports/Claims.ts"
import type { Words } from "../../words/Words.ts"

/** A screen of something that may change meanwhile. */
export interface Drawing {
  readonly screen: Screen
  /** The status that it shows, "" if there is none: two drawings of the same status need not both be sent. */
  readonly shows: string
}

/** A drawing of something that does not change. */
export const still = (screen: Screen): Drawing => ({ screen, shows: "" })

/** There was no way to answer the person. */
export class Unanswered extends Data.TaggedError("Unanswered")<{ readonly reason: string }> {}

/** The platform no longer takes an edit of the message. */
export class NotEdited extends Data.TaggedError("NotEdited")<{
  /** The platform's own code; none if the time for edits ran out. */
  readonly code: Option.Option<number>
}> {}

/** The ways to answer what somebody asked. */
export interface Answers {
  readonly id: InteractionId
  readonly userId: UserId
  /** In the person's language. */
  readonly words: Words
  /**
   * Shows this in the place of the first answer, or by direct message if the platform no longer takes an answer to the
   * interaction. Every try but the first draws `newest`, which is read again once the platform has the edit: an edit that was
   * slow, or had to be repeated, must not put an older state over a newer one.
   */
  readonly replace: <E = never, R = never>(
    first: Drawing,
    newest?: Effect.Effect<Drawing, E, R>
  ) => Effect.Effect<void, Unanswered, R>
}

export interface Conversation extends Answers {
  readonly communityId: Option.Option<CommunityId>
  readonly channelId: Option.Option<ChannelId>
  readonly askedAt: DateTime.Utc
  /** The message with the button that was pressed; none after a command. */
  readonly pressed: Option.Option<Pressed>
  /** Like `replace`, for a message that the outbox keeps up to date: the state is not read again. Returns what is shown. */
  readonly edit: <A extends Drawing, E, R>(
    first: A,
    newest: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, NotEdited, R>
  /** A further message, which the person alone sees. It may come twice if the platform failed at first. */
  readonly add: (screen: Screen) => Effect.Effect<void, Unanswered>
  /** Bytes. The platform takes no larger file. */
  readonly largestFile: number
  /** Like `replace`, with a file. */
  readonly attach: (screen: Screen, file: File) => Effect.Effect<void, Unanswered>
  /** Runs once the person has their answer, for minutes if need be. A shutdown ends it instead of waiting for it. */
  readonly afterwards: (work: Effect.Effect<void>) => Effect.Effect<void>
}

export interface Pressed {
  /** Where it stands; none if the person alone sees it. */
  readonly place: Option.Option<{ readonly channelId: ChannelId; readonly messageId: MessageId }>
  readonly postedAt: Option.Option<DateTime.Utc>
  /** As it stands; none if nothing of it can be read. */
  readonly screen: Option.Option<Screen>
}

/** Takes over conversations that another process began. */
export class Conversations extends Context.Tag("mochi/programs/Conversations")<
  Conversations,
  {
    readonly resume: (abandoned: AbandonedInteraction) => Answers
  }
>() {}
