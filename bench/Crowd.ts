import type { World } from "../sandbox/mochi/World.ts"

/** A person with a Mochi profile, and an application of their own with one vault full of USDC. */
export interface Member {
  /** The place in the crowd. */
  readonly index: number
  readonly discordId: string
  readonly name: string
  readonly profileId: string
  readonly applicationId: string
  readonly vaultId: string
}

/** `size` people, each with everything that `/kudos` needs. */
export const crowdOf = (size: number): ReadonlyArray<Member> =>
  Array.from({ length: size }, (_, index) => ({
    index,
    discordId: `30${String(index).padStart(16, "0")}`,
    name: `person-${index}`,
    profileId: String(200_001 + 2 * index),
    applicationId: String(1000 + index),
    vaultId: String(700_001 + 2 * index)
  }))

export const tokenId = "1"

export const mochiWorldOf = (crowd: ReadonlyArray<Member>): World => ({
  profiles: crowd.map(({ discordId, name, profileId }) => ({
    id: profileId,
    name,
    accounts: [{ platform: "discord", identifier: discordId }]
  })),
  tokens: [{ id: tokenId, symbol: "USDC", name: "USD Coin", decimals: 6, price: "1", chain: "Ethereum" }],
  applications: crowd.map(({ applicationId, name, profileId, vaultId }) => ({
    id: applicationId,
    name: `App of ${name}`,
    ownerProfileId: profileId,
    adminProfileIds: [],
    memberProfileIds: [],
    vaults: [{ profileId: vaultId, name: "Vault" }]
  })),
  balances: crowd.map(({ vaultId }) => ({
    holderProfileId: vaultId,
    tokenId,
    amount: 1_000_000_000_000_000n
  }))
})
