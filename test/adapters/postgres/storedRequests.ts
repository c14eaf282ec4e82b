import { DateTime, FastCheck as fc, Option } from "effect"
import {
  ApplicationId,
  ChannelId,
  UserId,
  CommunityId,
  InteractionId,
  ProfileId,
  RequestCode
} from "../../../src/domain/Ids.ts"
import { RequestStatus } from "../../../src/domain/RequestStatus.ts"
import type { Party, RequestFacts, TransferRequest } from "../../../src/domain/TransferRequest.ts"

const option = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<Option.Option<A>> =>
  fc.option(arbitrary, { nil: undefined }).map(Option.fromNullable)

/** Any text that PostgreSQL can store: quotes, backslashes, emoji, right-to-left marks. */
export const anyText = fc.fullUnicodeString({ maxLength: 40 }).map(value => value.replaceAll("\u0000", ""))
const filled = anyText.filter(value => value !== "")
const snowflake = fc.bigInt(10n ** 15n, 2n ** 64n - 1n).map(String)
const moment = fc
  .date({ min: new Date("1990-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z") })
  .filter(date => !Number.isNaN(date.getTime()))
  .map(date => DateTime.unsafeMake(date))

const party: fc.Arbitrary<Party> = fc.record({
  profileId: option(filled.map(id => ProfileId.make(id))),
  userId: option(snowflake.map(id => UserId.make(id)))
})

const facts: fc.Arbitrary<RequestFacts> = fc.record({
  applicationName: anyText,
  vaultName: anyText,
  amount: anyText,
  symbol: anyText,
  usd: option(anyText),
  chain: option(anyText),
  reason: option(anyText),
  owner: party,
  requester: party,
  recipient: party,
  expiresAt: option(moment),
  communityId: option(snowflake.map(id => CommunityId.make(id))),
  channelId: option(snowflake.map(id => ChannelId.make(id)))
})

export const anyRequest: fc.Arbitrary<TransferRequest> = fc.record({
  key: fc.record({
    applicationId: filled.map(id => ApplicationId.make(id)),
    code: filled.map(code => RequestCode.make(code))
  }),
  status: fc.constantFrom(...RequestStatus.literals),
  facts: option(facts),
  settlement: option(fc.record({ by: party, at: moment })),
  interactionId: option(snowflake.map(id => InteractionId.make(id))),
  origin: option(anyText)
})

export const nobody: Party = { profileId: Option.none(), userId: Option.none() }

export const person = (last: string): Party => ({
  profileId: Option.some(ProfileId.make(`profile-${last}`)),
  userId: Option.some(UserId.make(`12345678901234567${last}`))
})

export const someFacts: RequestFacts = {
  applicationName: "DAO App",
  vaultName: "Community Vault",
  amount: "10.5",
  symbol: "USDC",
  usd: Option.some("10.50"),
  chain: Option.some("Ethereum"),
  reason: Option.some("For the docs"),
  owner: person("0"),
  requester: person("1"),
  recipient: person("2"),
  expiresAt: Option.none(),
  communityId: Option.none(),
  channelId: Option.none()
}

export const aRequest = (code: string): TransferRequest => ({
  key: { applicationId: ApplicationId.make("123"), code: RequestCode.make(code) },
  status: "pending",
  facts: Option.some(someFacts),
  settlement: Option.none(),
  interactionId: Option.none(),
  origin: Option.none()
})
