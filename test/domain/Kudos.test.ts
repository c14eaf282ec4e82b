import { describe, expect, it } from "@effect/vitest"
import { BigDecimal, Option } from "effect"
import * as Ids from "../../src/domain/Ids.ts"
import { factsOf } from "../../src/domain/Kudos.ts"
import type { KudosDraft } from "../../src/domain/Kudos.ts"

const somebody = (user: string, profile: string) => ({
  userId: Ids.UserId.make(user),
  profile: { id: Ids.ProfileId.make(profile), name: "a name", userId: Option.none() }
})
const sender = somebody("184027593016284160", "90101")
const recipient = somebody("803511102246789120", "90102")

const draftAt = (price: Option.Option<string>): KudosDraft => ({
  interactionId: Ids.InteractionId.make("7"),
  sender,
  recipient,
  application: { id: Ids.ApplicationId.make("123"), name: "DAO App" },
  vault: { id: Ids.VaultProfileId.make("70011"), name: "Community Vault" },
  holding: {
    token: {
      id: Ids.TokenId.make("1"),
      symbol: "USDC",
      name: "USD Coin",
      decimals: 6,
      price: Option.map(price, BigDecimal.unsafeFromString),
      chain: Option.some("Base")
    },
    available: { baseUnits: 1_000_000_000n, decimals: 6 }
  },
  amount: { baseUnits: 10_500_000n, decimals: 6 },
  reason: Option.some("For the docs"),
  communityId: Option.some(Ids.CommunityId.make("8")),
  channelId: Option.some(Ids.ChannelId.make("9"))
})

describe("the facts of a draft", () => {
  it("are what was asked for, with no owner and no expiry, which Mochi alone knows", () => {
    const nobody = { profileId: Option.none(), userId: Option.none() }
    expect(factsOf(draftAt(Option.some("2")))).toEqual({
      applicationName: "DAO App",
      vaultName: "Community Vault",
      amount: "10.5",
      symbol: "USDC",
      usd: Option.some("21.00"),
      chain: Option.some("Base"),
      reason: Option.some("For the docs"),
      owner: nobody,
      requester: { profileId: Option.some(sender.profile.id), userId: Option.some(sender.userId) },
      recipient: { profileId: Option.some(recipient.profile.id), userId: Option.some(recipient.userId) },
      expiresAt: Option.none(),
      communityId: Option.some("8"),
      channelId: Option.some("9")
    })
  })

  it.each(["0", "none"])("have no worth at a price of %s", price => {
    const { usd } = factsOf(draftAt(price === "none" ? Option.none() : Option.some(price)))
    expect(usd).toEqual(Option.none())
  })
})
