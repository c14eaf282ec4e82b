import { Context } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { Application, Holding, Vault } from "../domain/Catalog.ts"
import type {
  ApplicationId,
  InteractionId,
  ProfileId,
  RequestCode,
  RequestKey,
  VaultProfileId
} from "../domain/Ids.ts"
import type { KudosDraft } from "../domain/Kudos.ts"
import type { Decision, RequestStatus } from "../domain/RequestStatus.ts"
import type { MochiError } from "./MochiError.ts"

export interface VaultPath {
  readonly profileId: ProfileId
  readonly applicationId: ApplicationId
  readonly vaultId: VaultProfileId
}

/** A request as Mochi lists it. It has an interaction id if this bot created it. */
export interface ListedRequest {
  readonly code: RequestCode
  readonly status: RequestStatus
  readonly interactionId: Option.Option<InteractionId>
}

export interface RequestState {
  readonly status: RequestStatus
  readonly expiresAt: Option.Option<DateTime.Utc>
}

/** Mochi Pay. The adapter retries reads and decisions within their deadline, and sends a create once. */
export class MochiPay extends Context.Tag("mochi/ports/MochiPay")<
  MochiPay,
  {
    readonly applications: (profileId: ProfileId) => Effect.Effect<ReadonlyArray<Application>, MochiError>
    readonly vaults: (
      profileId: ProfileId,
      applicationId: ApplicationId
    ) => Effect.Effect<ReadonlyArray<Vault>, MochiError>
    readonly holdings: (vault: VaultPath) => Effect.Effect<ReadonlyArray<Holding>, MochiError>
    /**
     * The request's code, if Mochi sends it. `mayHaveHappened` on the error means that the outcome is unknown. The adapter
     * asks `mayLeave` right before it sends, and fails with `Withheld` if that is false.
     */
    readonly create: (
      draft: KudosDraft,
      mayLeave: Effect.Effect<boolean>
    ) => Effect.Effect<Option.Option<RequestCode>, MochiError>
    /** The newest 50 requests of a vault, newest first. */
    readonly recentRequests: (vault: VaultPath) => Effect.Effect<ReadonlyArray<ListedRequest>, MochiError>
    /**
     * Asks Mochi to decide on behalf of `profileId`. "already settled" stands for Mochi's 400; `retried` and the request's
     * state show whether an earlier, lost try of ours settled it.
     */
    readonly decide: (decision: {
      readonly request: RequestKey
      readonly profileId: ProfileId
      readonly decision: Decision
      readonly interactionId: InteractionId
    }) => Effect.Effect<
      { readonly outcome: "done" | "already settled"; readonly retried: boolean },
      MochiError
    >
    readonly state: (request: RequestKey) => Effect.Effect<RequestState, MochiError>
    /** Whether Mochi Pay answers at all. */
    readonly reachable: Effect.Effect<boolean>
  }
>() {}
