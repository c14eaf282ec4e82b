import { Either, Option } from "effect"
import type { DateTime } from "effect"
import type {
  ChannelId,
  UserId,
  CommunityId,
  InteractionId,
  ProfileId,
  RequestKey,
  VaultProfileId
} from "./Ids.ts"
import type { RequestStatus } from "./RequestStatus.ts"
import { transition } from "./RequestStatus.ts"

/** A person as far as a request names them; Mochi knows the rest. */
export interface Party {
  readonly profileId: Option.Option<ProfileId>
  readonly userId: Option.Option<UserId>
  /** They had their data erased: nobody is named here any more, whoever repeats it, and nothing is owed to them. */
  readonly isErased?: true
}

/**
 * What a request is about: fixed by the first source that tells, our own intent or else the first webhook. A webhook that
 * contradicts the intent is right: it says what Mochi will pay.
 */
export interface RequestFacts {
  readonly applicationName: string
  readonly vaultName: string
  /** The exact decimal, as people read it. */
  readonly amount: string
  readonly symbol: string
  /** At the time of the request, such as `10.50`. */
  readonly usd: Option.Option<string>
  readonly chain: Option.Option<string>
  readonly reason: Option.Option<string>
  readonly owner: Party
  readonly requester: Party
  readonly recipient: Party
  readonly expiresAt: Option.Option<DateTime.Utc>
  /** Where `/kudos` was run. */
  readonly communityId: Option.Option<CommunityId>
  readonly channelId: Option.Option<ChannelId>
}

/** Who settled a request, and when that became known. */
export interface Settlement {
  readonly by: Party
  readonly at: DateTime.Utc
}

/** All that is stored of a transfer request. A card of the former bot can be decided before any fact is known. */
export interface TransferRequest {
  readonly key: RequestKey
  readonly status: RequestStatus
  readonly facts: Option.Option<RequestFacts>
  readonly settlement: Option.Option<Settlement>
  /** The `/kudos` that created it, when this bot did. */
  readonly interactionId: Option.Option<InteractionId>
  /** W3C trace context of that `/kudos`, for links from later traces. */
  readonly origin: Option.Option<string>
}

/** What somebody, Mochi's webhook or a button, says of a request. */
export interface StatusReport {
  readonly key: RequestKey
  readonly status: RequestStatus
  readonly facts: Option.Option<RequestFacts>
  readonly by: Party
  readonly at: DateTime.Utc
  /** The `/kudos` that it is said to come from: believed only where it agrees with what is stored of that. */
  readonly interactionId: Option.Option<InteractionId>
  /** Of the vault, where the report names it. */
  readonly vaultId: Option.Option<VaultProfileId>
  /** Mochi's own answer to our question: true whatever was believed before. */
  readonly authoritative: boolean
}

/** What Mochi's webhook says, before anybody knows whether it is news. */
export interface News extends Pick<StatusReport, "key" | "facts" | "by" | "interactionId" | "vaultId"> {
  readonly status: Option.Option<RequestStatus>
}

export const nobody: Party = { profileId: Option.none(), userId: Option.none() }

export const erasedParty: Party = { ...nobody, isErased: true }

/** The request after a report; left where only Mochi can tell which of two final words holds. */
export const afterReport = (
  known: Option.Option<TransferRequest>,
  report: StatusReport
): Either.Either<TransferRequest, "ask Mochi"> => {
  const before = Option.getOrElse(known, () => unknownRequest(report.key))
  const request: TransferRequest = {
    ...before,
    facts: Option.match(before.facts, {
      onNone: () => report.facts,
      onSome: facts =>
        Option.some(Option.match(report.facts, { onNone: () => facts, onSome: completed(facts) }))
    })
  }
  const step = transition(before.status, report.status)
  if (step === "keep")
    return Either.right(report.status === before.status ? withDecider(request, report) : request)
  if (step === "ask Mochi" && !report.authoritative) return Either.left("ask Mochi")
  const settlement = Option.some({ by: report.by, at: report.at })
  return Either.right({ ...request, status: report.status, settlement })
}

/** The request as our own intent tells it, whatever was heard of it before. */
export const withIntent = (
  known: Option.Option<TransferRequest>,
  key: RequestKey,
  intent: {
    readonly interactionId: InteractionId
    readonly facts: RequestFacts
    readonly origin: Option.Option<string>
  }
): TransferRequest => {
  const before = Option.getOrElse(known, () => unknownRequest(key))
  return {
    ...before,
    facts: Option.some(
      Option.match(before.facts, {
        onNone: () => intent.facts,
        onSome: heard => completed(intent.facts)(heard)
      })
    ),
    interactionId: Option.some(intent.interactionId),
    origin: intent.origin
  }
}

/** Every webhook names the owner, and no intent does. */
export const isFromMochi = ({ owner }: RequestFacts): boolean => Option.isSome(owner.profileId)

const unknownRequest = (key: RequestKey): TransferRequest => ({
  key,
  status: "pending",
  facts: Option.none(),
  settlement: Option.none(),
  interactionId: Option.none(),
  origin: Option.none()
})

/** The first source stays; a later one only fills what the first left open. */
const completed =
  (first: RequestFacts) =>
  (later: RequestFacts): RequestFacts => ({
    ...first,
    usd: Option.orElse(first.usd, () => later.usd),
    chain: Option.orElse(first.chain, () => later.chain),
    // The reason is the requester's own words.
    reason: isErased(first.requester, later.requester)
      ? Option.none()
      : Option.orElse(first.reason, () => later.reason),
    owner: completedParty(first.owner, later.owner),
    requester: completedParty(first.requester, later.requester),
    recipient: completedParty(first.recipient, later.recipient),
    expiresAt: Option.orElse(first.expiresAt, () => later.expiresAt),
    communityId: Option.orElse(first.communityId, () => later.communityId),
    channelId: Option.orElse(first.channelId, () => later.channelId)
  })

const completedParty = (first: Party, later: Party): Party =>
  isErased(first, later)
    ? erasedParty
    : {
        profileId: Option.orElse(first.profileId, () => later.profileId),
        userId: Option.orElse(first.userId, () => later.userId)
      }

const isErased = (...parties: ReadonlyArray<Party>): boolean => parties.some(party => party.isErased === true)

/** Whoever decided may become known later than the decision. */
const withDecider = (request: TransferRequest, report: StatusReport): TransferRequest => ({
  ...request,
  settlement: Option.map(request.settlement, ({ by, at }) => ({ by: completedParty(by, report.by), at }))
})
