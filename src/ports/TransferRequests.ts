import { Context } from "effect"
import type { Duration, Effect, Option } from "effect"
import type { ChannelId, BotId, InteractionId, MessageId, RequestKey } from "../domain/Ids.ts"
import type { Audience } from "../domain/Notification.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import type { TransferRequest } from "../domain/TransferRequest.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What an audience has before its eyes. */
export interface Shown {
  readonly channelId: ChannelId
  /** None: a message was begun and it is not known whether Discord stored it. */
  readonly messageId: Option.Option<MessageId>
  /** `channel`: the person's DMs are closed; the message stands in the channel of the request, behind a View button. */
  readonly place: "dm" | "channel"
  readonly status: RequestStatus
  /** Whose message it is: only that bot can edit it. None: an earlier release did not write it down. */
  readonly application: Option.Option<BotId>
}

export interface StoredShown extends Shown {
  /** Since the sending of this message was first begun, by the store's clock. */
  readonly age: Duration.Duration
}

/** An ephemeral answer that shows a request to one person, and is edited while its interaction's token lives. */
export interface LiveAnswer {
  readonly interactionId: InteractionId
  readonly view: "kudos" | Audience
}

/** Every transfer request that the bot knows of, and what of it is shown where. */
export class TransferRequests extends Context.Tag("mochi/ports/TransferRequests")<
  TransferRequests,
  {
    readonly find: (key: RequestKey) => Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
    /** Within a transaction: until its end nobody else changes this request, whether it is stored yet or not. */
    readonly lock: (key: RequestKey) => Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
    readonly save: (request: TransferRequest) => Effect.Effect<void, StoreUnavailable>

    readonly shown: (
      key: RequestKey,
      audience: Audience
    ) => Effect.Effect<Option.Option<StoredShown>, StoreUnavailable>
    /** The sending of a message begins now. */
    readonly begin: (
      key: RequestKey,
      audience: Audience,
      shown: Shown
    ) => Effect.Effect<void, StoreUnavailable>
    /** What became of the message that was begun, or stands there. */
    readonly show: (
      key: RequestKey,
      audience: Audience,
      shown: Shown
    ) => Effect.Effect<void, StoreUnavailable>

    /** The ephemeral answers about a request whose tokens still live. */
    readonly liveAnswers: (key: RequestKey) => Effect.Effect<ReadonlyArray<LiveAnswer>, StoreUnavailable>
    /** The request that the answer to this interaction shows, if it shows one. */
    readonly answeredBy: (
      id: InteractionId
    ) => Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
    readonly addAnswer: (key: RequestKey, answer: LiveAnswer) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
