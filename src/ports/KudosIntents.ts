import { Context } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { DiscordUserId, InteractionId, RequestCode } from "../domain/Ids.ts"
import type { KudosDraft } from "../domain/Kudos.ts"
import type { RequestFacts } from "../domain/TransferRequest.ts"
import type { VaultPath } from "./MochiPay.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/**
 * What became of a stored intent. Unknown: it may have been created, and the requester was told so. Not created: Mochi
 * refused it, or was never reached.
 */
export type IntentOutcome =
  | { readonly _tag: "Created"; readonly code: Option.Option<RequestCode> }
  | { readonly _tag: "NotCreated" }
  | { readonly _tag: "Unknown" }

/** `sending`: some process is at it. */
export type IntentState = "sending" | "created" | "not_created" | "unknown"

/** An intent as stored: enough to find out what became of it, and to draw the requester's answer. */
export interface StoredIntent {
  readonly interactionId: InteractionId
  readonly state: IntentState
  readonly vault: VaultPath
  readonly tokenName: string
  readonly recipient: DiscordUserId
  readonly facts: RequestFacts
  readonly storedAt: DateTime.Utc
  /** The one request that it belongs to, once known. */
  readonly code: Option.Option<RequestCode>
  /** W3C trace context of the `/kudos`. */
  readonly origin: Option.Option<string>
}

/** What is about to be asked of Mochi, stored before it is sent: after a crash nothing is forgotten or sent twice. */
export class KudosIntents extends Context.Tag("mochi/ports/KudosIntents")<
  KudosIntents,
  {
    /** Stored as being sent by this process. */
    readonly store: (
      draft: KudosDraft,
      origin: Option.Option<string>
    ) => Effect.Effect<StoredIntent, StoreUnavailable>
    readonly finish: (id: InteractionId, outcome: IntentOutcome) => Effect.Effect<void, StoreUnavailable>
    readonly find: (id: InteractionId) => Effect.Effect<Option.Option<StoredIntent>, StoreUnavailable>
    /** As `find`, within a transaction: until its end nobody else changes the intent. */
    readonly lock: (id: InteractionId) => Effect.Effect<Option.Option<StoredIntent>, StoreUnavailable>
    /** Takes over the unfinished intents whose process is gone for certain, each by one taker only. */
    readonly adopt: Effect.Effect<ReadonlyArray<StoredIntent>, StoreUnavailable>
  }
>() {}
