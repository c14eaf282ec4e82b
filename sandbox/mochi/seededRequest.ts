import { ADA, GRACE } from "../people.ts"
import { COMMUNITY_VAULT, DAO_APP, USDC } from "./demoWorld.ts"
import type { NewTransferRequest } from "./ledger.ts"

/** Fields of a stored request; missing ones come from Ada's request of 10.5 USDC for Grace. */
export type SeededRequest = Partial<NewTransferRequest> & {
  /** whether Mochi sends its `pending` event */
  readonly announced?: boolean
}

export const seededRequest = (code: string, now: number, fields: SeededRequest = {}): NewTransferRequest => {
  const { announced: _, ...rest } = fields
  return {
    code,
    applicationId: DAO_APP,
    vaultProfileId: COMMUNITY_VAULT,
    requesterProfileId: ADA.profileId ?? "",
    recipientProfileId: GRACE.profileId ?? "",
    tokenId: USDC.id,
    amount: 10_500_000n,
    description: "Thank you",
    requesterMetadata: {
      platform: "discord",
      discord_user_id: ADA.id,
      interaction_id: `seeded-${code}`
    },
    createdAt: now,
    expiresAt: now + 24 * 60 * 60 * 1000,
    ...rest
  }
}
