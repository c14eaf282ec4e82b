/**
 * Every sentence that a person can read, as a function of what it is about; names of things are plain texts. A language is
 * one value of `Words`: a sentence that is missing does not compile.
 */
import type { Option } from "effect"
import type { Listed } from "../domain/Kudos.ts"
import type { FinalStatus, RequestStatus } from "../domain/RequestStatus.ts"
import type { MarkedPiece, Text } from "../domain/Text.ts"

export interface Words {
  readonly request: RequestWords
  readonly notice: NoticeWords
  readonly failure: FailureWords
  readonly privacy: PrivacyWords
  readonly commands: CommandWords
}

/** The lines that messages about a request share. */
export interface RequestWords {
  readonly amount: string
  readonly token: string
  readonly recipient: string
  readonly kudosTo: string
  readonly from: string
  readonly vault: string
  readonly fromVault: string
  readonly chain: string
  readonly reason: string
  readonly requestedBy: string
  readonly requestId: string
  readonly expires: string
  readonly status: string
  readonly decidedBy: string
  readonly settled: string
  readonly statuses: Readonly<Record<RequestStatus, string>>
  /** For a person whose name nobody knows. */
  readonly somebody: string
  /** The last line of a message, by which it is found again. */
  readonly mark: (code: string) => string
}

export interface NoticeWords {
  readonly cardTitle: string
  readonly approve: string
  readonly reject: string
  /** Above a card: what became of the request. */
  readonly headlines: { readonly approved: string; readonly rejected: string; readonly settled: string }
  readonly createdTitle: string
  readonly ownerWillBeNotified: () => Text
  readonly statusTitles: Readonly<Record<FinalStatus, string>>
  readonly statusChanged: (status: FinalStatus) => Text
  /** The status is `status` now; the bot had notified the requester of `before`. */
  readonly statusChangedAgain: (status: FinalStatus, before: FinalStatus) => Text
  readonly kudosTitles: Readonly<Record<RequestStatus, string>>
  readonly kudosReceived: (amount: Text) => Text
  /** The bot had notified the recipient of kudos that came to nothing. */
  readonly kudosDidNotArrive: (amount: Text, status: Exclude<RequestStatus, "approved">) => Text
  readonly messageWaits: (reader: MarkedPiece) => Text
  readonly view: string
}

export interface FailureWords {
  readonly selfKudos: () => Text
  readonly botRecipient: () => Text
  /** `hasComma`: what the person typed may have been meant as a decimal comma. */
  readonly invalidAmount: (hasComma: boolean) => Text
  readonly noUsdPrice: (symbol: MarkedPiece) => Text
  readonly tooManyDecimals: (symbol: MarkedPiece, decimals: number) => Text
  readonly overBalance: (available: string, symbol: MarkedPiece) => Text
  readonly profileMissing: () => Text
  readonly createProfile: string
  readonly recipientProfileMissing: (recipient: MarkedPiece) => Text
  readonly notListed: (option: Listed, typed: MarkedPiece) => Text
  readonly ambiguous: (option: Listed, typed: MarkedPiece) => Text
  readonly outcomeUnknown: () => Text
  readonly neverSent: () => Text
  readonly alreadyBeingDecided: () => Text
  readonly notProcessed: () => Text
  readonly ownerOnly: () => Text
  readonly requestNotAvailable: () => Text
  readonly alreadySettled: () => Text
  readonly notPermitted: () => Text
  readonly mochiSilent: () => Text
  readonly somethingWentWrong: () => Text
  /** Nobody knows how far the work had come. */
  readonly brokeOff: () => Text
  /** The process ended before it could show what belongs to the person alone. */
  readonly askAgain: () => Text
  readonly noLongerValid: () => Text
  readonly notForYou: () => Text
  readonly tooOften: (retryAt: MarkedPiece) => Text
  readonly tooBusy: () => Text
  readonly reference: (traceId: string) => string
}

export interface PrivacyWords {
  readonly exportTitle: string
  readonly exported: () => Text
  readonly exportTooLarge: () => Text
  readonly eraseTitle: string
  readonly askBeforeErasing: () => ReadonlyArray<Text>
  readonly erase: string
  readonly keep: string
  readonly erasedTitle: string
  readonly erased: () => Text
  readonly erasedInPartTitle: string
  readonly erasedInPart: () => ReadonlyArray<Text>
  readonly kept: () => Text
  readonly tooLateToKeep: () => Text
  readonly notificationsChosen: (wanted: boolean) => Text
}

/** The purpose of each command and option, which people read while they type. */
interface CommandWords {
  readonly kudos: CommandWord<"application" | "vault" | "token" | "amount" | "recipient" | "reason">
  readonly privacy: CommandWord<"export" | "delete" | "notifications" | "on" | "off">
}

export interface CommandWord<Option extends string> {
  readonly description: string
  readonly options: Readonly<Record<Option, string>>
}

/** A reader's language, such as `pt-BR`; none if it is not known. */
export type Locale = Option.Option<string>
