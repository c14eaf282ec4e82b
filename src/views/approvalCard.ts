import { Option } from "effect"
import { Action } from "../domain/Action.ts"
import { isExpiry } from "../domain/expiry.ts"
import type { RequestKey } from "../domain/Ids.ts"
import type { RequestWithPeople } from "../domain/Notice.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { fact, Line, Offer, screen, shortFact } from "../domain/Screen.ts"
import type { Screen } from "../domain/Screen.ts"
import { name, Piece } from "../domain/Text.ts"
import type { NoticeWords, Words } from "../words/Words.ts"
import {
  amountText,
  isKnown,
  momentText,
  personText,
  reasonLines,
  requestMark,
  settlementLines,
  statusLines,
  statusTone,
  vaultText
} from "./requestLines.ts"

/** The owner's card, drawn whole from what is stored. Only a pending request has buttons. */
export const approvalCard = (
  words: Words,
  request: RequestWithPeople,
  headline = settledHeadline(words.notice, request.status)
): Screen => {
  const { facts, key, status } = request
  const { notice, request: labels } = words
  return screen({
    headline,
    title: Option.some(notice.cardTitle),
    tone: statusTone(status),
    lines: [
      shortFact(labels.amount, amountText(facts)),
      shortFact(labels.recipient, personText(labels, request.recipient)),
      ...reasonLines(labels, facts),
      fact(labels.vault, vaultText(facts)),
      ...Option.match(facts.chain, {
        onNone: () => [],
        onSome: chain => [shortFact(labels.chain, [name(chain)])]
      }),
      ...(isKnown(request.requester)
        ? [shortFact(labels.requestedBy, personText(labels, request.requester))]
        : []),
      shortFact(labels.requestId, [Piece.Id({ raw: key.code })]),
      ...expiryLines(words, request),
      ...statusLines(labels, status),
      ...settlementLines(labels, request)
    ],
    actions: status === "pending" ? decisions(notice, key) : [],
    mark: Option.some(requestMark(labels, key))
  })
}

/** Above a settled card; none while it is pending. */
export const settledHeadline = ({ headlines }: NoticeWords, status: RequestStatus): Option.Option<string> => {
  switch (status) {
    case "pending":
      return Option.none()
    case "approved":
      return Option.some(headlines.approved)
    case "rejected":
      return Option.some(headlines.rejected)
    case "expired":
    case "failed":
    case "settled":
      return Option.some(headlines.settled)
  }
}

/**
 * A card of a request that is not stored. It keeps its lines; headline, status, decider and time change, and the buttons go.
 * If there is no room for all lines, the last of the old ones go.
 */
export const settledForeignCard = (
  words: Words,
  standing: Screen,
  settled: Pick<RequestWithPeople, "status" | "decider" | "settlement"> & { readonly headline: string }
): Screen => {
  const labels = words.request
  const replaced = new Set([labels.status, labels.decidedBy, labels.settled])
  return screen({
    ...standing,
    headline: Option.some(settled.headline),
    tone: statusTone(settled.status),
    lines: [
      ...standing.lines.flatMap((line): ReadonlyArray<Line> => {
        if (line._tag === "Sentence") return [line]
        return replaced.has(line.label) ? [] : [Line.Fact({ ...line, mayGo: true })]
      }),
      ...statusLines(labels, settled.status),
      ...settlementLines(labels, settled)
    ],
    actions: []
  })
}

const decisions = (words: NoticeWords, request: RequestKey): ReadonlyArray<Offer> => [
  Offer.Press({
    label: words.approve,
    action: Action.Decide({ decision: "approved", request }),
    weight: "good"
  }),
  Offer.Press({
    label: words.reject,
    action: Action.Decide({ decision: "rejected", request }),
    weight: "grave"
  })
]

const expiryLines = (
  { request: labels }: Words,
  { facts, status }: RequestWithPeople
): ReadonlyArray<Line> =>
  status === "pending"
    ? Option.match(Option.filter(facts.expiresAt, isExpiry), {
        onNone: () => [],
        onSome: at => [shortFact(labels.expires, momentText(at))]
      })
    : []
