import { BigDecimal, Option } from "effect"
import {
  ApplicationId,
  ChannelId,
  CommunityId,
  InteractionId,
  ProfileId,
  TokenId,
  UserId,
  VaultProfileId
} from "../../src/domain/Ids.ts"
import type { KudosDraft } from "../../src/domain/Kudos.ts"

export const sender = UserId.make("123456789012345671")
export const recipient = UserId.make("123456789012345672")

export const draft = (id: string): KudosDraft => ({
  interactionId: InteractionId.make(id),
  sender: {
    userId: sender,
    profile: { id: ProfileId.make("p-sender"), name: "Sam", userId: Option.some(sender) }
  },
  recipient: {
    userId: recipient,
    profile: { id: ProfileId.make("p-recipient"), name: "Rita", userId: Option.none() }
  },
  application: { id: ApplicationId.make("123"), name: "DAO App" },
  vault: { id: VaultProfileId.make("v-1"), name: "Community Vault" },
  holding: {
    token: {
      id: TokenId.make("t-1"),
      symbol: "USDC",
      name: "USD Coin",
      decimals: 6,
      price: Option.some(BigDecimal.unsafeFromString("1.0005")),
      chain: Option.some("Ethereum")
    },
    available: { baseUnits: 99_000_000n, decimals: 6 }
  },
  amount: { baseUnits: 10_500_000n, decimals: 6 },
  reason: Option.some("For the docs"),
  communityId: Option.some(CommunityId.make("18446744073709551615")),
  channelId: Option.some(ChannelId.make("42"))
})
