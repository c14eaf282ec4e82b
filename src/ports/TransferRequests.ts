import { Context } from "effect"
import type { Duration, Effect, Option } from "effect"
import type { ChannelId, BotId, InteractionId, MessageId, ProfileId, RequestKey } from "../domain/Ids.ts"
import type { Audience } from "../domain/Notification.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import type { TransferRequest } from "../domain/TransferRequest.ts"
import type { AuditEntry } from "./AuditLog.ts"
import type { StoredIntent } from "./KudosIntents.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** The message that shows a request to one audience. */
export interface Shown {
  readonly channelId: ChannelId
  /** None: the bot began to send the message, and nobody knows whether Discord stored it. */
  readonly messageId: Option.Option<MessageId>
  /** `channel`: the person's DMs are closed; the message is in the channel of the request, behind a View button. */
  readonly place: "dm" | "channel"
  /** The status that it shows. */
  readonly status: RequestStatus
  /** Whether it says less than the store knows, although it shows this status: the bot has to draw it again. */
  readonly isOutdated: boolean
  /** The bot that posted it, and alone can edit it. None: an earlier release did not store it. */
  readonly bot: Option.Option<BotId>
}

export interface StoredShown extends Shown {
  /** Since the bot first began to send this message, by the store's clock. */
  readonly age: Duration.Duration
}

/** An ephemeral answer that shows a request to one person. The bot can edit it until the interaction's token expires. */
export interface LiveAnswer {
  readonly interactionId: InteractionId
  readonly view: "kudos" | Audience
}

/** Every transfer request that the bot knows, and the messages and answers that show it. */
export class TransferRequests extends Context.Tag("mochi/ports/TransferRequests")<
  TransferRequests,
  {
    readonly find: (key: RequestKey) => Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
    /** Within a transaction: nobody else changes or adds this request until the transaction ends. */
    readonly lock: (key: RequestKey) => Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
    /** `deed`: what brought the change, for the audit log. */
    readonly save: (
      request: TransferRequest,
      deed?: Option.Option<AuditEntry>
    ) => Effect.Effect<void, StoreUnavailable>
    /**
     * Adds the pending request that an intent in hand has created, as the intent has it, with the interaction's answer and the
     * entry for the audit log: all or nothing. False, and nothing stored: the store knows the request already, or the intent
     * is no longer in hand, or one of its people was erased meanwhile.
     */
    readonly addCreated: (
      key: RequestKey,
      intent: StoredIntent,
      deed: AuditEntry
    ) => Effect.Effect<boolean, StoreUnavailable>

    readonly shown: (
      key: RequestKey,
      audience: Audience
    ) => Effect.Effect<Option.Option<StoredShown>, StoreUnavailable>
    /** The bot begins to send a message now. */
    readonly begin: (
      key: RequestKey,
      audience: Audience,
      shown: Shown
    ) => Effect.Effect<void, StoreUnavailable>
    /** The state of the message now. */
    readonly show: (
      key: RequestKey,
      audience: Audience,
      shown: Shown
    ) => Effect.Effect<void, StoreUnavailable>

    /** Takes this message for the owner's, unless one is stored, or the request is known to be another person's. */
    readonly adopt: (
      key: RequestKey,
      presser: ProfileId,
      shown: Shown
    ) => Effect.Effect<void, StoreUnavailable>
    /**
     * The message shows this status now, and all that is stored of it. Returns the request's own status, none without a
     * message or a request: whoever changes the request from then on finds the message as it is now.
     */
    readonly redrawn: (
      key: RequestKey,
      audience: Audience,
      status: RequestStatus
    ) => Effect.Effect<Option.Option<RequestStatus>, StoreUnavailable>

    /** The ephemeral answers about a request whose tokens have not expired. */
    readonly liveAnswers: (key: RequestKey) => Effect.Effect<ReadonlyArray<LiveAnswer>, StoreUnavailable>
    /** The request that the answer to this interaction shows, if it shows one. */
    readonly answeredBy: (
      id: InteractionId
    ) => Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
    readonly addAnswer: (key: RequestKey, answer: LiveAnswer) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
