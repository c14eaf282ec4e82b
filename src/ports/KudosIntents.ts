import { Context, Schema } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { InteractionId, RequestCode } from "../domain/Ids.ts"
import type { KudosDraft } from "../domain/Kudos.ts"
import type { RequestFacts } from "../domain/TransferRequest.ts"
import type { VaultPath } from "./MochiPay.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** How a sent intent ended. Unknown: Mochi may have created the request, and the bot told the requester so. */
export type IntentEnd =
  | { readonly _tag: "Created"; readonly code: Option.Option<RequestCode> }
  | { readonly _tag: "Unknown" }

/** `sending`: a process is sending it. */
export type IntentState = "sending" | "created" | "not_created" | "unknown"

/** An intent as stored: enough to find out how it ended, and to draw the requester's answer. */
export interface StoredIntent {
  readonly interactionId: InteractionId
  readonly state: IntentState
  /** The requester's own; the facts name their profile until their erasure. */
  readonly vault: Omit<VaultPath, "profileId">
  readonly tokenName: string
  readonly facts: RequestFacts
  readonly storedAt: DateTime.Utc
  /** The code of its one request, once the bot knows it. */
  readonly code: Option.Option<RequestCode>
  /** W3C trace context of the `/kudos`. */
  readonly origin: Option.Option<string>
}

/** An intent that this process is sending. */
interface IntentInHand {
  readonly intent: StoredIntent
  /** The sender asks right before it sends the intent: false once another process may have taken it over. */
  readonly mayLeave: Effect.Effect<boolean>
}

/** Another process has taken the interaction over, or may have: that process answers, and this one sends nothing. */
export class NoLongerHeld extends Schema.TaggedError<NoLongerHeld>()("NoLongerHeld", {}) {}

/** Requests to Mochi, stored before the bot sends them: after a crash the bot neither forgets one nor sends it twice. */
export class KudosIntents extends Context.Tag("mochi/ports/KudosIntents")<
  KudosIntents,
  {
    /** Only while this process holds the interaction; the same statement proves it. */
    readonly store: (
      draft: KudosDraft,
      origin: Option.Option<string>
    ) => Effect.Effect<IntentInHand, StoreUnavailable | NoLongerHeld>
    readonly finish: (id: InteractionId, end: IntentEnd) => Effect.Effect<void, StoreUnavailable>
    /** Mochi certainly did not create it. Fails if another process has taken the intent over and answers for it. */
    readonly withdraw: (id: InteractionId) => Effect.Effect<void, StoreUnavailable | NoLongerHeld>
    readonly find: (id: InteractionId) => Effect.Effect<Option.Option<StoredIntent>, StoreUnavailable>
    /** As `find`, within a transaction: nobody else changes the intent until the transaction ends. */
    readonly lock: (id: InteractionId) => Effect.Effect<Option.Option<StoredIntent>, StoreUnavailable>
    /**
     * Takes over the unfinished intents whose process is certainly gone, each by one process only, and those that this
     * process itself left unfinished.
     */
    readonly adopt: Effect.Effect<ReadonlyArray<StoredIntent>, StoreUnavailable>
  }
>() {}
