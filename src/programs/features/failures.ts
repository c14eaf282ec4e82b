/** Every failure and the sentence a person reads for it. A new failure does not compile until it has words. */
import { Effect, Match, Option } from "effect"
import { formatAmount } from "../../domain/TokenAmount.ts"
import { name, Piece } from "../../domain/Text.ts"
import type { Text } from "../../domain/Text.ts"
import type { Screen } from "../../domain/Screen.ts"
import type { MochiError } from "../../ports/MochiError.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import type { DecisionFailure } from "../../services/Decisions.ts"
import type { KudosFailure, RecoveryFailure } from "../../services/KudosRequests.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { failureScreen } from "../../views/failureScreen.ts"
import type { FailureWords, Words } from "../../words/Words.ts"

/** What a person reads about a failure, in any language. */
export interface Wording {
  readonly sentence: (words: FailureWords) => Text
  /** Nothing is broken: the person can fix it. */
  readonly isRefusal: boolean
  /** Where the person can fix it. */
  readonly link?: (words: FailureWords) => { readonly label: string; readonly url: string }
}

/** The failure as an answer, with the current trace as its reference. */
export const failed = (words: Words, { isRefusal, link, sentence }: Wording): Effect.Effect<Screen> =>
  Effect.map(currentTraceId, reference =>
    failureScreen(words, {
      sentence: sentence(words.failure),
      isRefusal,
      link: Option.map(Option.fromNullable(link), linked => linked(words.failure)),
      reference
    })
  )

export const kudosFailure = (failure: KudosFailure, profileUrl: string): Wording =>
  Match.value(failure).pipe(
    Match.tagsExhaustive({
      SelfKudos: () => refusal(words => words.selfKudos()),
      BotRecipient: () => refusal(words => words.botRecipient()),
      InvalidAmount: ({ hasComma }) => refusal(words => words.invalidAmount(hasComma)),
      NoUsdPrice: ({ symbol }) => refusal(words => words.noUsdPrice(name(symbol))),
      TooManyDecimals: ({ decimals, symbol }) =>
        refusal(words => words.tooManyDecimals(name(symbol), decimals)),
      OverBalance: ({ available, symbol }) =>
        refusal(words => words.overBalance(formatAmount(available), name(symbol))),
      ProfileMissing: () => profileMissing(profileUrl),
      RecipientProfileMissing: ({ recipient }) =>
        refusal(words => words.recipientProfileMissing(Piece.Person({ userId: recipient }))),
      NotListed: ({ option, typed }) => refusal(words => words.notListed(option, name(typed))),
      Ambiguous: ({ option, typed }) => refusal(words => words.ambiguous(option, name(typed))),
      OutcomeUnknown: () => fault(words => words.outcomeUnknown()),
      MochiError: mochiFailure,
      StoreUnavailable: () => somethingWentWrong
    })
  )

/** For a command whose process ended before it could answer. */
export const recoveryFailure = (failure: RecoveryFailure, profileUrl: string): Wording =>
  failure._tag === "NeverSent" ? neverSent : kudosFailure(failure, profileUrl)

export const decisionFailure = (failure: DecisionFailure, profileUrl: string): Wording =>
  Match.value(failure).pipe(
    Match.tagsExhaustive({
      ProfileMissing: () => profileMissing(profileUrl),
      AlreadyBeingDecided: () => refusal(words => words.alreadyBeingDecided()),
      NotProcessed: () => fault(words => words.notProcessed()),
      MochiError: ({ operation, reason }) =>
        operation === "decide_transfer_request" && reason === "Forbidden"
          ? refusal(words => words.ownerOnly())
          : requestNotAvailable,
      StoreUnavailable: () => requestNotAvailable
    })
  )

export const viewFailure = (failure: MochiError | StoreUnavailable): Wording =>
  failure._tag === "MochiError" ? mochiFailure(failure) : somethingWentWrong

const mochiFailure = ({ reason }: MochiError): Wording => {
  switch (reason) {
    case "Forbidden":
      return refusal(words => words.notPermitted())
    case "Unavailable":
    case "TimedOut":
    case "Withheld":
      return fault(words => words.mochiSilent())
    case "NotFound":
    case "Refused":
    case "Undecodable":
    case "UnsafePath":
      return somethingWentWrong
  }
}

const refusal = (sentence: Wording["sentence"]): Wording => ({ sentence, isRefusal: true })

const fault = (sentence: Wording["sentence"]): Wording => ({ sentence, isRefusal: false })

const profileMissing = (url: string): Wording => ({
  ...refusal(words => words.profileMissing()),
  link: words => ({ label: words.createProfile, url })
})

const requestNotAvailable = fault(words => words.requestNotAvailable())

export const somethingWentWrong = fault(words => words.somethingWentWrong())

export const neverSent = fault(words => words.neverSent())

/** For commands about a person's own data, which are safe to repeat. */
export const askAgain = fault(words => words.askAgain())

/** Nobody knows how far the work had come: an invitation to try again could be one to pay twice. */
export const brokeOff = fault(words => words.brokeOff())

export const noLongerValid = refusal(words => words.noLongerValid())

export const alreadySettled = refusal(words => words.alreadySettled())

export const notForYou = refusal(words => words.notForYou())

export const tooBusy = refusal(words => words.tooBusy())

/** Platforms show whole seconds: the time is rounded up, so that it is never too early. */
export const tooOften = (retryAtMillis: number): Wording =>
  refusal(words => words.tooOften(Piece.Moment({ atMillis: Math.ceil(retryAtMillis / 1000) * 1000 })))
