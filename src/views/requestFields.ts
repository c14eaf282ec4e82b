import { DateTime, Option } from "effect"
import { longestId } from "../domain/Ids.ts"
import type { RequestKey } from "../domain/Ids.ts"
import type { Person, RequestWithPeople } from "../domain/Notice.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { withVisibleControls } from "../domain/plainText.ts"
import type { RequestFacts } from "../domain/TransferRequest.ts"
import { colors } from "./Message.ts"
import type { Field } from "./Message.ts"
import { cut, mention, nameText, reasonText, relativeTime } from "./text.ts"

/** `**10.5 USDC** (≈ $10.50)`; the USD part only where there is a price. Prices are Mochi's, and may be absurd. */
export const amountText = ({ amount, symbol, usd }: RequestFacts): string =>
  `**${cut(amount, longestAmount)} ${nameText(symbol)}**${Option.match(usd, {
    onNone: () => "",
    onSome: worth => ` (≈ $${cut(worth, longestUsd)})`
  })}`

/** No amount that is taken from Mochi is longer; with a name and the USD it still fits a field. */
const longestAmount = 420
const longestUsd = 300

export const tokenText = ({ chain, symbol }: RequestFacts): string =>
  Option.match(chain, {
    onNone: () => nameText(symbol),
    onSome: name => `${nameText(symbol)} · ${nameText(name)}`
  })

export const vaultText = ({ applicationName, vaultName }: RequestFacts): string =>
  `${nameText(vaultName)} (${nameText(applicationName)})`

export const personText = ({ userId, name }: Person): string =>
  Option.match(userId, {
    onSome: mention,
    onNone: () => nameText(Option.getOrElse(name, () => "somebody"))
  })

export const field = (name: string, value: string, inline = false): Field => ({
  name,
  value: value === "" ? "—" : value,
  inline
})

export const reasonFields = ({ reason }: RequestFacts): ReadonlyArray<Field> =>
  Option.match(reason, { onNone: () => [], onSome: text => [field("Reason", reasonText(text))] })

/** Nothing while pending: the buttons say it. */
export const statusFields = (status: RequestStatus): ReadonlyArray<Field> =>
  status === "pending" ? [] : [field("Status", status, true)]

/** Who decided and when, as far as it is known. */
export const settlementFields = (
  picture: Pick<RequestWithPeople, "decider" | "settlement">
): ReadonlyArray<Field> =>
  Option.match(picture.settlement, {
    onNone: () => [],
    onSome: ({ at }) => [
      ...(isKnown(picture.decider) ? [field("Decided by", personText(picture.decider), true)] : []),
      field("Settled", relativeTime(DateTime.toEpochMillis(at)), true)
    ]
  })

export const statusColor = (status: RequestStatus): number => {
  switch (status) {
    case "pending":
      return colors.mochi
    case "approved":
      return colors.done
    case "rejected":
    case "failed":
      return colors.refused
    case "expired":
    case "settled":
      return colors.quiet
  }
}

/**
 * By what a message about a request is found again: its last line says the code, and its title leads to Mochi by an address
 * that holds the application, since codes are unique within one alone. No code is longer than what it shows.
 */
export const requestMark = ({ applicationId, code }: RequestKey) => ({
  url: `https://mochi.gg/#application-${encodeURIComponent(applicationId)}`,
  footer: { text: `Request ${cut(withVisibleControls(code), longestId)}` }
})

/** Whether there is anything to call the person by. */
export const isKnown = ({ userId, name }: Person): boolean => Option.isSome(userId) || Option.isSome(name)
