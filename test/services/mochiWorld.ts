import { DateTime, Effect, Layer, Option } from "effect"
import * as Ids from "../../src/domain/Ids.ts"
import type { KudosCommand } from "../../src/domain/Kudos.ts"
import type { TransferRequest } from "../../src/domain/TransferRequest.ts"
import { nobody } from "../../src/domain/TransferRequest.ts"
import type { IntentState, StoredIntent } from "../../src/ports/KudosIntents.ts"
import { MochiError } from "../../src/ports/MochiError.ts"
import type { MochiErrorReason, MochiOperation } from "../../src/ports/MochiError.ts"
import { StoreUnavailable } from "../../src/ports/StoreUnavailable.ts"
import { Audit } from "../../src/services/Audit.ts"
import { facts } from "../views/kudosRequests.ts"

export const ada = Ids.UserId.make("184027593016284160")
export const grace = Ids.UserId.make("803511102246789120")
export const interactionId = Ids.InteractionId.make("1200000000000000001")
export const key = {
  applicationId: Ids.ApplicationId.make("123"),
  code: Ids.RequestCode.make("ABC")
}
/** Another request of the same application. */
export const keyOf = (code: string) => ({ ...key, code: Ids.RequestCode.make(code) })
export const vault = {
  profileId: Ids.ProfileId.make("90101"),
  applicationId: key.applicationId,
  vaultId: Ids.VaultProfileId.make("70011")
}

export const profileOf = (user: Ids.UserId) =>
  Option.some({
    id: Ids.ProfileId.make(`profile-of-${user}`),
    name: "somebody",
    userId: Option.some(user)
  })

export const usdc = {
  token: {
    id: Ids.TokenId.make("1"),
    symbol: "USDC",
    name: "USD Coin",
    decimals: 6,
    price: Option.none(),
    chain: Option.none()
  },
  available: { baseUnits: 100_000_000n, decimals: 6 }
}

export const command: KudosCommand = {
  interactionId,
  sender: ada,
  recipient: { id: grace, isBot: false },
  application: "123",
  vault: "70011",
  token: "1",
  amount: "10.5",
  reason: Option.none(),
  communityId: Option.none(),
  channelId: Option.none()
}

export const intent = (state: IntentState): StoredIntent => ({
  interactionId,
  state,
  vault: { applicationId: vault.applicationId, vaultId: vault.vaultId },
  tokenName: "USD Coin",
  facts: { ...facts, requester: { ...facts.requester, profileId: Option.some(vault.profileId) } },
  storedAt: DateTime.unsafeMake(0),
  code: Option.none(),
  origin: Option.none()
})

export const stored = (change: Partial<TransferRequest> = {}): TransferRequest => ({
  key,
  status: "pending",
  facts: Option.some(facts),
  settlement: Option.none(),
  interactionId: Option.none(),
  origin: Option.none(),
  ...change
})

export const settledBy = (user: Ids.UserId) =>
  Option.some({
    by: { ...nobody, userId: Option.some(user) },
    at: DateTime.unsafeMake("2026-01-01T00:00:00Z")
  })

export const mochiError = (
  reason: MochiErrorReason,
  mayHaveHappened = false,
  operation: MochiOperation = "create_transfer_request"
) =>
  new MochiError({
    operation,
    reason,
    status: Option.none(),
    mayHaveHappened,
    cause: Option.none()
  })

export const storeDown = new StoreUnavailable({ operation: "test", cause: "down" })

export const silentJournal = Layer.mock(Audit, {
  _tag: "mochi/services/Audit",
  record: () => Effect.void
})
