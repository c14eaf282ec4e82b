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
  /** They had their data erased: no source, however often it repeats them, names them here again; nothing is owed to them. */
  readonly isErased?: true
}

/**
 * What a request is about: the first source that says it fixes it, our own intent or else the first webhook. A webhook that
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

/** The person who settled a request, and the moment at which the bot learned of it. */
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
  /** The `/kudos` that created it, if this bot did. */
  readonly interactionId: Option.Option<InteractionId>
  /** W3C trace context of that `/kudos`, for links from later traces. */
  readonly origin: Option.Option<string>
}

/** What a source, such as Mochi's webhook or a button, says of a request. */
export interface RequestReport {
  readonly key: RequestKey
  /** None: the source did not say, so that Mochi is asked. */
  readonly status: Option.Option<RequestStatus>
  readonly facts: Option.Option<RequestFacts>
  /** The person who settled the request, if it is settled. */
  readonly by: Party
  /** The `/kudos` that the request is said to come from: believed only if it agrees with what is stored of that. */
  readonly interactionId: Option.Option<InteractionId>
  /** Of the vault, if the report names it. */
  readonly vaultId: Option.Option<VaultProfileId>
  /** Mochi's own answer to our question: true whatever was believed before. */
  readonly authoritative: boolean
}

/** A report of these parts; of the rest the source said nothing. */
export const requestReport = (
  key: RequestKey,
  parts: Partial<Omit<RequestReport, "key">>
): RequestReport => ({
  key,
  status: Option.none(),
  facts: Option.none(),
  by: nobody,
  interactionId: Option.none(),
  vaultId: Option.none(),
  authoritative: false,
  ...parts
})

export const nobody: Party = { profileId: Option.none(), userId: Option.none() }

export const erasedParty: Party = { ...nobody, isErased: true }

/** The request after a report that came at this moment; left if only Mochi can tell which of two final words holds. */
export const afterReport = (
  stored: Option.Option<TransferRequest>,
  report: RequestReport,
  at: DateTime.Utc
): Either.Either<TransferRequest, "ask Mochi"> => {
  const before = Option.getOrElse(stored, () => unknownRequest(report.key))
  const request: TransferRequest = {
    ...before,
    facts: Option.match(before.facts, {
      onNone: () => report.facts,
      onSome: facts =>
        Option.some(Option.match(report.facts, { onNone: () => facts, onSome: completed(facts) }))
    })
  }
  if (Option.isNone(report.status)) return Either.right(request)
  const status = report.status.value
  const step = transition(before.status, status)
  if (step === "keep") return Either.right(status === before.status ? withDecider(request, report) : request)
  if (step === "ask Mochi" && !report.authoritative) return Either.left("ask Mochi")
  return Either.right({ ...request, status, settlement: Option.some({ by: report.by, at }) })
}

/** The request as our own intent has it, whatever other sources said of it before. */
export const withIntent = (
  stored: Option.Option<TransferRequest>,
  key: RequestKey,
  intent: {
    readonly interactionId: InteractionId
    readonly facts: RequestFacts
    readonly origin: Option.Option<string>
  }
): TransferRequest => {
  const before = Option.getOrElse(stored, () => unknownRequest(key))
  return {
    ...before,
    facts: Option.some(
      Option.match(before.facts, {
        onNone: () => intent.facts,
        onSome: completed(intent.facts)
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

/** The name of the person who decided may come later than the decision. */
const withDecider = (request: TransferRequest, report: RequestReport): TransferRequest => ({
  ...request,
  settlement: Option.map(request.settlement, ({ by, at }) => ({ by: completedParty(by, report.by), at }))
})
