import type { Json, JsonObject } from "./Json.ts"
import type { TransferRequest } from "./ledger.ts"
import { usd } from "./usd.ts"
import { type StatusWords, wireId, wireTime } from "./wire.ts"
import type { World } from "./World.ts"

/** Fields to replace in an event; `undefined` leaves the field out. */
export type Overrides = Readonly<Record<string, Json | undefined>>

/** The event of a request in its present state, in Mochi's words. */
export const eventOf = (world: World, request: TransferRequest, words: StatusWords): JsonObject => {
  const application = world.applications.find(({ id }) => id === request.applicationId)
  const vault = application?.vaults.find(({ profileId }) => profileId === request.vaultProfileId)
  const token = world.tokens.find(({ id }) => id === request.tokenId)
  const { description, decidedByProfileId } = request
  return {
    type: EVENT_TYPE,
    pay_transfer_request_metadata: {
      status: words[request.status],
      request_code: request.code,
      app_id: Number(request.applicationId),
      app_name: application?.name ?? "",
      app_owner_profile_id: wireId(application?.ownerProfileId ?? ""),
      user_profile_id: wireId(request.recipientProfileId),
      sender_profile_type: "APPLICATION_VAULT",
      requester_profile_id: wireId(request.requesterProfileId),
      ...(decidedByProfileId === undefined ? {} : { decided_by_profile_id: wireId(decidedByProfileId) }),
      vault_name: vault?.name ?? "",
      vault_profile_id: wireId(request.vaultProfileId),
      token_symbol: token?.symbol ?? "",
      token_amount: request.amount.toString(),
      token_decimal: token?.decimals ?? 0,
      ...(token?.price ? { token_amount_in_usd: usd(request.amount, token.decimals, token.price) } : {}),
      ...(token?.chain ? { chain_name: token.chain } : {}),
      ...(description === undefined ? {} : { description }),
      expired_at: wireTime(request.expiresAt),
      requester_metadata: request.requesterMetadata
    }
  }
}

/** An event made by hand: the contract's example with these fields replaced. */
export const webhookEvent = (
  metadata: Overrides = {},
  envelope: Overrides = {}
): Readonly<Record<string, Json | undefined>> => ({
  type: EVENT_TYPE,
  pay_transfer_request_metadata: defined({ ...EXAMPLE, ...metadata }),
  ...envelope
})

const EVENT_TYPE = "NOTIFICATION_PAY_TRANSFER_REQUEST"

const EXAMPLE: JsonObject = {
  status: "pending",
  request_code: "ABC123",
  app_id: 123,
  app_name: "DAO App",
  app_owner_profile_id: "90103",
  user_profile_id: "90102",
  sender_profile_type: "APPLICATION_VAULT",
  requester_profile_id: "90101",
  vault_name: "Community Vault",
  vault_profile_id: "70011",
  token_symbol: "USDC",
  token_amount: "10500000",
  token_decimal: 6,
  token_amount_in_usd: "$10.50",
  chain_name: "Ethereum",
  description: "Thank you",
  expired_at: "2099-01-01T00:00:00Z",
  requester_metadata: {
    platform: "discord",
    discord_user_id: "184027593016284160",
    interaction_id: "1300000000000000001"
  }
}

const defined = (fields: Overrides): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
  )
