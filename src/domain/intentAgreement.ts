/**
 * How far a report that names one of our own intents is believed. The name comes from `requester_metadata`, which any
 * creator of a request at Mochi fills in as they like; Mochi pays what its signed event says, whatever the intent says.
 */
import { Option } from "effect"
import type { ApplicationId, InteractionId, RequestCode, RequestKey, VaultProfileId } from "./Ids.ts"
import { isFromMochi, withIntent } from "./TransferRequest.ts"
import type { RequestFacts, RequestReport, TransferRequest } from "./TransferRequest.ts"

/** What is stored of an intent, as far as it tells which request is its own. */
export interface Intent {
  readonly interactionId: InteractionId
  readonly vault: { readonly applicationId: ApplicationId; readonly vaultId: VaultProfileId }
  readonly facts: RequestFacts
  /** The code of its one request, once the bot has learned it. */
  readonly code: Option.Option<RequestCode>
  readonly origin: Option.Option<string>
}

/** How a request can differ from the one that the intent asked for. */
export type Difference = "application" | "code" | "vault" | "token" | "amount" | "recipient" | "requester"

interface Belief {
  /** The request before the report, completed by the intent if the request is the intent's own. */
  readonly before: Option.Option<TransferRequest>
  /** The report without what it borrowed from another request. */
  readonly report: RequestReport
  readonly isOwn: boolean
  readonly differs: ReadonlyArray<Difference>
}

/** How far to believe a report, given what is stored of its request and of the intent that it or the request names. */
export const believe = (
  stored: Option.Option<TransferRequest>,
  intent: Intent,
  report: RequestReport
): Belief => {
  const mochisFacts = [...factsFromMochi(stored), ...Option.toArray(report.facts)]
  const differs = [
    ...keyDifferences(intent, report.key),
    ...mochisFacts.flatMap(facts => differences(intent, facts, report.vaultId))
  ]
  if (differs.length === 0)
    return { before: Option.some(withIntent(stored, report.key, intent)), report, isOwn: true, differs }
  const isAnswerToCreate = Option.isNone(report.facts)
  if (isAnswerToCreate && keyDifferences(intent, report.key).length === 0)
    return { before: Option.map(stored, linkedTo(intent)), report, isOwn: true, differs }
  return {
    before: Option.map(stored, withMochisFacts),
    report: withoutBorrowed(report),
    isOwn: false,
    differs
  }
}

/** Codes are unique within an application alone. */
const keyDifferences = (intent: Intent, key: RequestKey): ReadonlyArray<Difference> => {
  if (intent.vault.applicationId !== key.applicationId) return ["application"]
  return Option.exists(intent.code, code => code !== key.code) ? ["code"] : []
}

/**
 * Amounts are exact decimals without trailing zeros, so that equal amounts are equal texts. Events name a token by its
 * symbol and chain alone, and may leave out chain, vault id and requester: what is left out differs in nothing, but a
 * vault without its id must at least have the same name.
 */
const differences = (
  { facts: mine, vault }: Intent,
  theirs: RequestFacts,
  vaultId: Option.Option<VaultProfileId>
): ReadonlyArray<Difference> => {
  const isSameVault = Option.match(vaultId, {
    onNone: () => isSame(mine.vaultName, theirs.vaultName),
    onSome: id => id === vault.vaultId
  })
  const agreements: ReadonlyArray<readonly [Difference, boolean]> = [
    ["vault", isSameVault],
    [
      "token",
      isSame(mine.symbol, theirs.symbol) && mayBeSame(lowerCase(mine.chain), lowerCase(theirs.chain))
    ],
    ["amount", mine.amount === theirs.amount],
    // An intent names its recipient and so does every event: what cannot be compared does not agree.
    [
      "recipient",
      Option.isSome(theirs.recipient.profileId) &&
        mayBeSame(mine.recipient.profileId, theirs.recipient.profileId)
    ],
    ["requester", mayBeSame(mine.requester.profileId, theirs.requester.profileId)]
  ]
  return agreements.flatMap(([what, agrees]) => (agrees ? [] : [what]))
}

const isSame = (one: string, other: string): boolean => one.trim() === other.trim()

const mayBeSame = (one: Option.Option<string>, other: Option.Option<string>): boolean =>
  Option.isNone(one) || Option.isNone(other) || isSame(one.value, other.value)

const lowerCase = Option.map((text: string) => text.toLowerCase())

const factsFromMochi = (stored: Option.Option<TransferRequest>): ReadonlyArray<RequestFacts> =>
  Option.toArray(
    Option.filter(
      Option.flatMap(stored, ({ facts }) => facts),
      isFromMochi
    )
  )

/** Facts that came from the intent alone give way to the event that contradicts them. */
const withMochisFacts = (request: TransferRequest): TransferRequest => ({
  ...request,
  facts: Option.filter(request.facts, isFromMochi)
})

const linkedTo =
  ({ interactionId, origin }: Intent) =>
  (request: TransferRequest): TransferRequest => ({
    ...request,
    interactionId: Option.some(interactionId),
    origin
  })

/** If Mochi itself names the requester, the Discord account is dropped: it is as uncertain as the rest of the metadata. */
const withoutBorrowed = (report: RequestReport): RequestReport => ({
  ...report,
  facts: Option.map(report.facts, facts => ({
    ...facts,
    requester: Option.isSome(facts.requester.profileId)
      ? { ...facts.requester, userId: Option.none() }
      : facts.requester
  }))
})
