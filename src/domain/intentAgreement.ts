/**
 * How far a report is believed that names one of our own intents. The name comes from `requester_metadata`, which whoever
 * creates a request at Mochi fills in as they like; Mochi pays what its signed event says, whatever the intent says.
 */
import { Option } from "effect"
import type { ApplicationId, InteractionId, RequestCode, RequestKey, VaultProfileId } from "./Ids.ts"
import { isFromMochi, withIntent } from "./TransferRequest.ts"
import type { RequestFacts, StatusReport, TransferRequest } from "./TransferRequest.ts"

/** What is stored of an intent, as far as it tells which request is its own. */
export interface AskedFor {
  readonly interactionId: InteractionId
  readonly vault: { readonly applicationId: ApplicationId; readonly vaultId: VaultProfileId }
  readonly facts: RequestFacts
  /** The one request that it belongs to, once that is known. */
  readonly code: Option.Option<RequestCode>
  readonly origin: Option.Option<string>
}

/** In what a request is not the one that was asked for. */
export type Difference = "application" | "code" | "vault" | "token" | "amount" | "recipient" | "requester"

type Report = Omit<StatusReport, "status">

export interface Belief {
  /** The request before the report: completed by the intent where that is its own. */
  readonly known: Option.Option<TransferRequest>
  /** The report without what it borrowed from another request. */
  readonly report: Report
  readonly isOwn: boolean
  readonly differs: ReadonlyArray<Difference>
}

/** What a report is worth, given what is stored of its request and of the intent that it or the request names. */
export const believe = (stored: Option.Option<TransferRequest>, asked: AskedFor, report: Report): Belief => {
  const told = [...factsFromMochi(stored), ...Option.toArray(report.facts)]
  const differs = [
    ...keyDifferences(asked, report.key),
    ...told.flatMap(facts => differences(asked, facts, report.vaultId))
  ]
  if (differs.length === 0)
    return { known: Option.some(withIntent(stored, report.key, asked)), report, isOwn: true, differs }
  const isAnswerToCreate = Option.isNone(report.facts)
  if (isAnswerToCreate && keyDifferences(asked, report.key).length === 0)
    return { known: Option.map(stored, linkedTo(asked)), report, isOwn: true, differs }
  return {
    known: Option.map(stored, withMochisFacts),
    report: withoutBorrowed(report),
    isOwn: false,
    differs
  }
}

/** Codes are unique within an application alone. */
const keyDifferences = (asked: AskedFor, key: RequestKey): ReadonlyArray<Difference> => {
  if (asked.vault.applicationId !== key.applicationId) return ["application"]
  return Option.exists(asked.code, code => code !== key.code) ? ["code"] : []
}

/**
 * Amounts are exact decimals without trailing zeros, so that equal amounts are equal texts. Events name a token by its
 * symbol and chain alone, and may leave out chain, vault id and requester: what is left out differs in nothing, but a
 * vault without its id must at least have the same name.
 */
const differences = (
  { facts: mine, vault }: AskedFor,
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

/** Facts that only the intent told give way to the event that contradicts them. */
const withMochisFacts = (request: TransferRequest): TransferRequest => ({
  ...request,
  facts: Option.filter(request.facts, isFromMochi)
})

const linkedTo =
  ({ interactionId, origin }: AskedFor) =>
  (request: TransferRequest): TransferRequest => ({
    ...request,
    interactionId: Option.some(interactionId),
    origin
  })

/** Whose Discord account the metadata names is as little certain as the rest of it, where Mochi names the requester itself. */
const withoutBorrowed = (report: Report): Report => ({
  ...report,
  facts: Option.map(report.facts, facts => ({
    ...facts,
    requester: Option.isSome(facts.requester.profileId)
      ? { ...facts.requester, userId: Option.none() }
      : facts.requester
  }))
})
