import { Match, Option } from "effect"
import { Action } from "../domain/Action.ts"
import type { Notice, RequestWithPeople } from "../domain/Notice.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import type { FinalStatus } from "../domain/RequestStatus.ts"
import { fact, Offer, screen, sentence, shortFact } from "../domain/Screen.ts"
import type { Screen } from "../domain/Screen.ts"
import { Piece } from "../domain/Text.ts"
import type { Words } from "../words/Words.ts"
import { approvalCard } from "./approvalCard.ts"
import {
  amountText,
  personText,
  reasonLines,
  requestMark,
  settlementLines,
  statusLines,
  statusTone,
  tokenText,
  vaultText
} from "./requestLines.ts"

/** Every notice, in the reader's words. */
export const noticeScreen = (words: Words, notice: Notice): Screen =>
  Match.value(notice).pipe(
    Match.tagsExhaustive({
      ApprovalCard: ({ request }) => approvalCard(words, request),
      StatusChanged: ({ request, status }) => statusChanged(words, request, status),
      KudosReceived: ({ request }) => kudosReceived(words, request),
      KudosAnswer: ({ request }) => kudosAnswer(words, request),
      Pointer: ({ audience, key, userId }) =>
        screen({
          tone: "mochi",
          lines: [sentence(words.notice.messageWaits(Piece.Person({ userId })))],
          actions: [
            Offer.Press({
              label: words.notice.view,
              action: Action.View({ audience, request: key }),
              weight: "main"
            })
          ],
          pings: Option.some(userId)
        })
    })
  )

/** The requester's own answer to `/kudos`; drawn again when the status changes. */
export const kudosAnswer = (
  { notice, request: labels }: Words,
  { facts, recipient, status }: Pick<RequestWithPeople, "facts" | "recipient" | "status">
): Screen =>
  screen({
    title: Option.some(notice.createdTitle),
    tone: statusTone(status),
    lines: [
      ...(status === "pending" ? [sentence(notice.ownerWillBeNotified())] : []),
      fact(labels.amount, amountText(facts)),
      shortFact(labels.token, tokenText(facts)),
      shortFact(labels.kudosTo, personText(labels, recipient)),
      fact(labels.fromVault, vaultText(facts)),
      ...reasonLines(labels, facts),
      ...statusLines(labels, status)
    ]
  })

/**
 * Tells the requester of one status. If another follows, the message stays the news of `announced`, and says what became of
 * it.
 */
const statusChanged = (
  { notice, request: labels }: Words,
  request: RequestWithPeople,
  announced: FinalStatus
): Screen => {
  const { facts, key, status } = request
  return screen({
    title: Option.some(notice.statusTitles[announced]),
    tone: statusTone(status),
    lines: [
      sentence(
        status === announced || !isFinal(status)
          ? notice.statusChanged(announced)
          : notice.statusChangedAgain(status, announced)
      ),
      shortFact(labels.amount, amountText(facts)),
      shortFact(labels.kudosTo, personText(labels, request.recipient)),
      fact(labels.fromVault, vaultText(facts)),
      ...reasonLines(labels, facts),
      ...statusLines(labels, status),
      ...settlementLines(labels, request)
    ],
    mark: Option.some(requestMark(labels, key))
  })
}

/** The thanks to the recipient; if the kudos came to nothing afterwards, the message says so. */
const kudosReceived = ({ notice, request: labels }: Words, request: RequestWithPeople): Screen => {
  const { facts, key, status } = request
  const amount = amountText(facts)
  return screen({
    title: Option.some(notice.kudosTitles[status]),
    tone: statusTone(status),
    lines: [
      sentence(
        status === "approved" ? notice.kudosReceived(amount) : notice.kudosDidNotArrive(amount, status)
      ),
      shortFact(labels.amount, amount),
      shortFact(labels.from, personText(labels, request.requester)),
      fact(labels.fromVault, vaultText(facts)),
      ...reasonLines(labels, facts),
      ...(status === "approved" ? [] : statusLines(labels, status))
    ],
    mark: Option.some(requestMark(labels, key))
  })
}

/** The titles that any drawing of a notice can have, whatever became of its request. */
export const titlesOf = (words: Words, notice: Notice): ReadonlyArray<string> =>
  notice._tag === "KudosReceived"
    ? Object.values(words.notice.kudosTitles)
    : Option.toArray(noticeScreen(words, notice).title)
