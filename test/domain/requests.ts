import { DateTime, Option } from "effect"
import { ApplicationId, UserId, ProfileId, RequestCode } from "../../src/domain/Ids.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { requestReport } from "../../src/domain/TransferRequest.ts"
import type { Party, RequestFacts, RequestReport, TransferRequest } from "../../src/domain/TransferRequest.ts"

export const key = { applicationId: ApplicationId.make("123"), code: RequestCode.make("A-1") }

export const byProfile = (id: string): Party => ({
  profileId: Option.some(ProfileId.make(id)),
  userId: Option.none()
})

export const byDiscord = (id: string): Party => ({
  profileId: Option.none(),
  userId: Option.some(UserId.make(id))
})

export const facts = (given: Partial<RequestFacts> = {}): RequestFacts => ({
  applicationName: "DAO App",
  vaultName: "Community Vault",
  amount: "10.5",
  symbol: "USDC",
  usd: Option.none(),
  chain: Option.none(),
  reason: Option.none(),
  owner: byProfile("1"),
  requester: byProfile("2"),
  recipient: byProfile("3"),
  expiresAt: Option.none(),
  communityId: Option.none(),
  channelId: Option.none(),
  ...given
})

export const at = DateTime.unsafeMake("2026-01-01T00:00:00Z")

export const request = (
  status: RequestStatus,
  known: Option.Option<RequestFacts> = Option.some(facts())
): TransferRequest => ({
  key,
  status,
  facts: known,
  settlement: status === "pending" ? Option.none() : Option.some({ by: byProfile("1"), at }),
  interactionId: Option.none(),
  origin: Option.none()
})

export const report = (status: RequestStatus, given: Partial<RequestReport> = {}): RequestReport =>
  requestReport(key, { status: Option.some(status), facts: Option.some(facts()), ...given })
