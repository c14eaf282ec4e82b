import type { FinalStatus, RequestStatus, TransferRequest } from "./ledger.ts"
import type { Json, JsonObject } from "./Json.ts"
import type { Application, Profile, Token, Vault } from "./World.ts"

/** The word for each status in answers and webhooks; Mochi itself has used several. */
export type StatusWords = Readonly<Record<RequestStatus, string>>

export const STATUS_WORDS: StatusWords = {
  pending: "pending",
  success: "success",
  rejected: "rejected",
  expired: "expired",
  failed: "failed"
}

export const DECISION_WORDS: Readonly<Record<"approved" | "rejected" | "failed" | "expired", FinalStatus>> = {
  approved: "success",
  rejected: "rejected",
  failed: "failed",
  expired: "expired"
}

/** Sends even decimal ids as JSON numbers and all others as strings: a client must accept both. */
export const wireId = (id: string): string | number =>
  /^(0|[1-9]\d{0,14})$/.test(id) && Number(id) % 2 === 0 ? Number(id) : id

export const wireTime = (millis: number): string => new Date(millis).toISOString().replace(/\.\d{3}Z$/, "Z")

export const profileJson = (profile: Profile): JsonObject => ({
  id: wireId(profile.id),
  profile_name: profile.name,
  avatar: "",
  type: "user",
  associated_accounts: profile.accounts.map((account, index) => ({
    id: `account-${profile.id}-${index}`,
    platform: account.platform,
    platform_identifier: account.identifier,
    platform_metadata: {}
  }))
})

/** An application's id is a number here and a string in its vaults. */
export const applicationJson = (application: Application): JsonObject => ({
  id: Number(application.id),
  name: application.name,
  owner_profile_id: wireId(application.ownerProfileId),
  is_active: true
})

export const vaultJson = (application: Application, vault: Vault): JsonObject => ({
  id: Number(vault.profileId) % 1000,
  vault_profile_id: wireId(vault.profileId),
  name: vault.name,
  application_id: application.id,
  threshold: 0
})

export const balanceJson = (token: Token, amount: bigint): JsonObject => ({
  id: `balance-${token.id}`,
  amount: amount.toString(),
  token: {
    id: wireId(token.id),
    symbol: token.symbol,
    name: token.name,
    decimal: token.decimals,
    ...(token.price === undefined ? {} : { price: token.price === null ? null : Number(token.price) }),
    ...(token.chain === undefined ? {} : { chain: chainJson(token.chain) }),
    native: false
  }
})

export const requestJson = (request: TransferRequest, words: StatusWords): JsonObject => ({
  code: request.code,
  status: words[request.status],
  app_id: wireId(request.applicationId),
  vault_profile_id: wireId(request.vaultProfileId),
  requester_profile_id: wireId(request.requesterProfileId),
  recipient_profile_id: wireId(request.recipientProfileId),
  token_id: wireId(request.tokenId),
  token_amount: request.amount.toString(),
  description: request.description ?? null,
  requester_metadata: request.requesterMetadata,
  created_at: wireTime(request.createdAt),
  expired_at: wireTime(request.expiresAt)
})

const chainJson = (name: string | null): Json => (name === null ? null : { id: name.length, name })
