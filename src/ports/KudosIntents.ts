import { Context, Schema } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { InteractionId, RequestCode } from "../domain/Ids.ts"
import type { KudosDraft } from "../domain/Kudos.ts"
import type { RequestFacts } from "../domain/TransferRequest.ts"
import type { VaultPath } from "./MochiPay.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What became of an intent that was sent. Unknown: it may have been created, and the requester was told so. */
export type IntentOutcome =
  | { readonly _tag: "Created"; readonly code: Option.Option<RequestCode> }
  | { readonly _tag: "Unknown" }

/** `sending`: some process is at it. */
export type IntentState = "sending" | "created" | "not_created" | "unknown"

/** An intent as stored: enough to find out what became of it, and to draw the requester's answer. */
export interface StoredIntent {
  readonly interactionId: InteractionId
  readonly state: IntentState
  /** Of the requester's, whose profile is one of the facts while they are known. */
  readonly vault: Omit<VaultPath, "profileId">
  readonly tokenName: string
  readonly facts: RequestFacts
  readonly storedAt: DateTime.Utc
  /** The one request that it belongs to, once known. */
  readonly code: Option.Option<RequestCode>
  /** W3C trace context of the `/kudos`. */
  readonly origin: Option.Option<string>
}

/** Stored as being sent by this process. */
export interface IntentInHand {
  readonly intent: StoredIntent
  /** Asked right before the intent leaves: false once another process may have taken it over. */
  readonly mayLeave: Effect.Effect<boolean>
}

/** Another process has taken the interaction over, or may have: it answers, and this one neither sends nor says anything. */
export class NoLongerHeld extends Schema.TaggedError<NoLongerHeld>()("NoLongerHeld", {}) {}

/** What is about to be asked of Mochi, stored before it is sent: after a crash nothing is forgotten or sent twice. */
export class KudosIntents extends Context.Tag("mochi/ports/KudosIntents")<
  KudosIntents,
  {
    /** Only while this process holds the interaction, which the same statement proves. */
    readonly store: (
      draft: KudosDraft,
      origin: Option.Option<string>
    ) => Effect.Effect<IntentInHand, StoreUnavailable | NoLongerHeld>
    readonly finish: (id: InteractionId, outcome: IntentOutcome) => Effect.Effect<void, StoreUnavailable>
    /** Not created, for certain; fails where another process has taken the intent over and answers for it. */
    readonly withdraw: (id: InteractionId) => Effect.Effect<void, StoreUnavailable | NoLongerHeld>
    readonly find: (id: InteractionId) => Effect.Effect<Option.Option<StoredIntent>, StoreUnavailable>
    /** As `find`, within a transaction: until its end nobody else changes the intent. */
    readonly lock: (id: InteractionId) => Effect.Effect<Option.Option<StoredIntent>, StoreUnavailable>
    /**
     * Takes over the unfinished intents whose process is gone for certain, each by one taker only; of this process's own
     * those that were left lying.
     */
    readonly adopt: Effect.Effect<ReadonlyArray<StoredIntent>, StoreUnavailable>
  }
>() {}
