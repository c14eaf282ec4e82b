import type { World } from "../../sandbox/mochi/World.ts"

/** A person with a Discord account and a Mochi profile. */
export interface Person {
  readonly discordId: string
  readonly name: string
  readonly profileId: string
}

/** Decides on the requests to the one vault of an application. */
export interface Owner extends Person {
  readonly applicationId: string
  readonly vaultId: string
}

const people = (name: string, count: number, from: number): ReadonlyArray<Person> =>
  Array.from({ length: count }, (_, index) => ({
    discordId: `40${String(from + index).padStart(16, "0")}`,
    name: `${name}-${index + 1}`,
    profileId: String(300_001 + 2 * (from + index))
  }))

export const senders = people("sender", 10, 0)
export const recipients = people("recipient", 8, 100)
export const owners: ReadonlyArray<Owner> = people("owner", 8, 200).map((person, index) => ({
  ...person,
  applicationId: String(2000 + index),
  vaultId: String(800_001 + 2 * index)
}))

export const everybody: ReadonlyArray<Person> = [...senders, ...recipients, ...owners]

export const tokenId = "1"
export const symbol = "USDC"

/** Every sender may ask every vault, and no vault runs dry. */
export const mochiWorld: World = {
  profiles: everybody.map(({ discordId, name, profileId }) => ({
    id: profileId,
    name,
    accounts: [{ platform: "discord", identifier: discordId }]
  })),
  tokens: [{ id: tokenId, symbol, name: "USD Coin", decimals: 6, price: "1", chain: "Ethereum" }],
  applications: owners.map(({ applicationId, name, profileId, vaultId }) => ({
    id: applicationId,
    name: `App of ${name}`,
    ownerProfileId: profileId,
    adminProfileIds: [],
    memberProfileIds: senders.map(sender => sender.profileId),
    vaults: [{ profileId: vaultId, name: "Vault" }]
  })),
  balances: owners.map(({ vaultId }) => ({
    holderProfileId: vaultId,
    tokenId,
    amount: 1_000_000_000_000_000n
  }))
}
