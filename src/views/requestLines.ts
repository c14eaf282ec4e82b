import { DateTime, Option } from "effect"
import type { Person, RequestWithPeople } from "../domain/Notice.ts"
import { longestId } from "../domain/Ids.ts"
import type { RequestKey } from "../domain/Ids.ts"
import { cut, withVisibleControls } from "../domain/plainText.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { fact, Mark, shortFact } from "../domain/Screen.ts"
import type { Line, Tone } from "../domain/Screen.ts"
import { name, Piece, plain, say } from "../domain/Text.ts"
import type { Text } from "../domain/Text.ts"
import type { RequestFacts } from "../domain/TransferRequest.ts"
import type { RequestWords } from "../words/Words.ts"

/** `10.5 USDC (≈ $10.50)`; the USD part only if there is a price. Prices are Mochi's, and may be absurd. */
export const amountText = ({ amount, symbol, usd }: RequestFacts): Text => [
  Piece.Strong({ text: say`${plain(cut(amount, longestAmount))} ${name(symbol)}` }),
  ...Option.match(usd, { onNone: () => [], onSome: worth => [` (≈ $${cut(worth, longestUsd)})`] })
]

/** The longest amount that the bot accepts from Mochi: with a name and the USD it still fits one line of a message. */
const longestAmount = 420
const longestUsd = 300

export const tokenText = ({ chain, symbol }: RequestFacts): Text =>
  Option.match(chain, {
    onNone: () => [name(symbol)],
    onSome: chainName => say`${name(symbol)} · ${name(chainName)}`
  })

export const vaultText = ({ applicationName, vaultName }: RequestFacts): Text =>
  say`${name(vaultName)} (${name(applicationName)})`

export const personText = (words: RequestWords, person: Person): Text => [
  Option.match(person.userId, {
    onSome: userId => Piece.Person({ userId }),
    onNone: () => name(Option.getOrElse(person.name, () => words.somebody))
  })
]

export const momentText = (moment: DateTime.Utc): Text => [
  Piece.Moment({ atMillis: DateTime.toEpochMillis(moment) })
]

export const reasonLines = (words: RequestWords, { reason }: RequestFacts): ReadonlyArray<Line> =>
  Option.match(reason, { onNone: () => [], onSome: raw => [fact(words.reason, [Piece.Prose({ raw })])] })

/** Nothing while the request is pending: the buttons say it. */
export const statusLines = (words: RequestWords, status: RequestStatus): ReadonlyArray<Line> =>
  status === "pending" ? [] : [shortFact(words.status, [words.statuses[status]])]

/** The person who decided and when, as far as the bot knows. */
export const settlementLines = (
  words: RequestWords,
  { decider, settlement }: Pick<RequestWithPeople, "decider" | "settlement">
): ReadonlyArray<Line> =>
  Option.match(settlement, {
    onNone: () => [],
    onSome: ({ at }) => [
      ...(isKnown(decider) ? [shortFact(words.decidedBy, personText(words, decider))] : []),
      shortFact(words.settled, momentText(at))
    ]
  })

export const statusTone = (status: RequestStatus): Tone => {
  switch (status) {
    case "pending":
      return "mochi"
    case "approved":
      return "done"
    case "rejected":
    case "failed":
      return "refused"
    case "expired":
    case "settled":
      return "quiet"
  }
}

/** No code is longer than what its mark shows. */
export const requestMark = (words: RequestWords, key: RequestKey): Mark =>
  Mark.Request({ key, text: words.mark(cut(withVisibleControls(key.code), longestId)) })

/** Whether there is anything to call the person by. */
export const isKnown = ({ name, userId }: Person): boolean => Option.isSome(userId) || Option.isSome(name)
