import { ADA, LINUS, PEOPLE } from "../people.ts"
import type { Profile, Token, World } from "./World.ts"

export const DAO_APP = "123"
export const RESEARCH_GUILD = "456"

export const COMMUNITY_VAULT = "70011"
export const TREASURY = "70012"
export const GRANTS_VAULT = "70021"

export const USDC: Token = {
  id: "1",
  symbol: "USDC",
  name: "USD Coin",
  decimals: 6,
  price: "1",
  chain: "Ethereum"
}
export const ETH: Token = {
  id: "2",
  symbol: "ETH",
  name: "Ether",
  decimals: 18,
  price: "2512.34",
  chain: "Ethereum"
}
/** the answers have neither its price nor its chain */
export const UNPRICED: Token = { id: "tok-moon", symbol: "MOON", name: "Moon Points", decimals: 9 }
/** its only balance is zero */
export const EMPTY: Token = {
  id: "4",
  symbol: "DUST",
  name: "Dust",
  decimals: 8,
  price: "0.01",
  chain: "Base"
}
export const WHOLE: Token = {
  id: "5",
  symbol: "TICKET",
  name: "Ticket",
  decimals: 0,
  price: null,
  chain: null
}
/** the most decimals that the contract allows */
export const FINEST: Token = {
  id: "6",
  symbol: "FINE",
  name: "Finest",
  decimals: 36,
  price: "0.5",
  chain: "Base"
}

/** A profile without a Discord account. */
export const OFFLINE: Profile = {
  id: "90199",
  name: "offline",
  accounts: [{ platform: "telegram", identifier: "55501" }]
}

/** The people of the sandbox, two applications with three vaults, and six tokens that cover the odd cases. */
export const demoWorld = (): World => ({
  profiles: [
    ...PEOPLE.flatMap(person =>
      person.profileId === undefined
        ? []
        : [
            {
              id: person.profileId,
              name: person.username,
              accounts: [
                { platform: "email", identifier: `${person.username}@example.org` },
                { platform: "discord", identifier: person.id }
              ]
            }
          ]
    ),
    OFFLINE
  ],
  tokens: [USDC, ETH, UNPRICED, EMPTY, WHOLE, FINEST],
  applications: [
    {
      id: DAO_APP,
      name: "DAO App",
      ownerProfileId: LINUS.profileId ?? "",
      adminProfileIds: [],
      memberProfileIds: [ADA.profileId ?? ""],
      vaults: [
        { profileId: COMMUNITY_VAULT, name: "Community Vault" },
        { profileId: TREASURY, name: "Treasury" }
      ]
    },
    {
      id: RESEARCH_GUILD,
      name: "Research Guild",
      ownerProfileId: ADA.profileId ?? "",
      adminProfileIds: [],
      memberProfileIds: [],
      vaults: [{ profileId: GRANTS_VAULT, name: "Grants" }]
    }
  ],
  balances: [
    { holderProfileId: COMMUNITY_VAULT, tokenId: USDC.id, amount: 2_500_750_000n },
    { holderProfileId: COMMUNITY_VAULT, tokenId: ETH.id, amount: 1_234_567_890_123_456_789n },
    { holderProfileId: COMMUNITY_VAULT, tokenId: UNPRICED.id, amount: 42_000_000_000_000n },
    { holderProfileId: COMMUNITY_VAULT, tokenId: EMPTY.id, amount: 0n },
    { holderProfileId: COMMUNITY_VAULT, tokenId: WHOLE.id, amount: 12n },
    { holderProfileId: TREASURY, tokenId: USDC.id, amount: 1_000_000_000_000n },
    { holderProfileId: TREASURY, tokenId: FINEST.id, amount: 3n * 10n ** 36n + 1n },
    { holderProfileId: GRANTS_VAULT, tokenId: USDC.id, amount: 500_000_000n }
  ]
})
