/** Every failure and the sentence a person reads for it. A new failure does not compile until it has words. */
import { Match, Option } from "effect"
import type { TraceId } from "../../domain/Ids.ts"
import { formatAmount } from "../../domain/TokenAmount.ts"
import type { MochiError } from "../../ports/MochiError.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import type { DecisionFailure } from "../../services/Decisions.ts"
import type { KudosFailure, RecoveryFailure } from "../../services/KudosRequests.ts"
import { colors, message } from "../../views/Message.ts"
import type { Button, Message } from "../../views/Message.ts"
import { mention, nameText } from "../../views/text.ts"

export interface Words {
  readonly sentence: string
  /** Nothing is broken: the person can mend it. */
  readonly isRefusal: boolean
  readonly button?: Button
}

/** An answer that says what is wrong, with the reference by which an engineer finds the trace. */
export const failureMessage = (
  { button, isRefusal, sentence }: Words,
  reference: Option.Option<TraceId>
): Message =>
  message({
    embed: {
      description: sentence,
      color: isRefusal ? colors.warning : colors.refused,
      ...Option.match(reference, {
        onNone: () => ({}),
        onSome: id => ({ footer: { text: `Reference ${id}` } })
      })
    },
    buttons: button === undefined ? [] : [button]
  })

export const kudosWords = (failure: KudosFailure, profileUrl: string): Words =>
  Match.value(failure).pipe(
    Match.tagsExhaustive({
      SelfKudos: () => refusal("You cannot send kudos to yourself."),
      BotRecipient: () => refusal("You cannot send kudos to a bot."),
      InvalidAmount: ({ hasComma }) => refusal(hasComma ? `${amountForms} ${decimalPoint}` : amountForms),
      NoUsdPrice: ({ symbol }) =>
        refusal(
          `${nameText(symbol)} has no USD price at the moment. Please enter the amount in ${nameText(symbol)}.`
        ),
      TooManyDecimals: ({ decimals, symbol }) =>
        refusal(`An amount of ${nameText(symbol)} can have at most ${decimals} decimal places.`),
      OverBalance: ({ available, symbol }) =>
        refusal(`You can send at most ${formatAmount(available)} ${nameText(symbol)} as kudos.`),
      ProfileMissing: () => profileMissing(profileUrl),
      RecipientProfileMissing: ({ recipient }) =>
        refusal(`${mention(recipient)} does not have a Mochi profile, so kudos cannot reach them yet.`),
      NotListed: ({ option, typed }) =>
        refusal(
          option === "token"
            ? `The token ${quoted(typed)} was not found in the vault. Please pick one from the list.`
            : `The ${option} ${quoted(typed)} was not found among your ${option}s. Please pick one from the list.`
        ),
      Ambiguous: ({ option, typed }) =>
        refusal(`There is more than one ${option} called ${quoted(typed)}. Please pick one from the list.`),
      OutcomeUnknown: () =>
        fault(
          "Mochi did not confirm this request: it may have been created. Please check your vault's requests before you send it again."
        ),
      MochiError: mochiWords,
      StoreUnavailable: () => somethingWentWrong
    })
  )

/** For a command whose process ended under it. */
export const recoveredWords = (failure: RecoveryFailure, profileUrl: string): Words =>
  failure._tag === "NeverSent" ? neverSent : kudosWords(failure, profileUrl)

export const decisionWords = (failure: DecisionFailure, profileUrl: string): Words =>
  Match.value(failure).pipe(
    Match.tagsExhaustive({
      ProfileMissing: () => profileMissing(profileUrl),
      AlreadyBeingDecided: () => refusal("This transfer request is already being processed."),
      NotProcessed: () =>
        fault("The transfer request could not be processed. It is still pending: you can try again later."),
      MochiError: ({ operation, reason }) =>
        operation === "decide_transfer_request" && reason === "Forbidden"
          ? refusal("Only the application owner can approve or reject this request.")
          : notAvailable,
      StoreUnavailable: () => notAvailable
    })
  )

export const somethingWentWrong: Words = {
  sentence: "Something went wrong on our side. Please try again later.",
  isRefusal: false
}

export const neverSent: Words = {
  sentence:
    "Something went wrong on our side before your request was sent: nothing was created. Please try again.",
  isRefusal: false
}

/** For what shows or keeps somebody's own data, which is as well asked for again. */
export const askAgain: Words = {
  sentence: "The bot was restarted before it could answer. Please try again in a minute.",
  isRefusal: false
}

/** Nobody knows how far it had come: an invitation to try again could be one to pay twice. */
export const brokeOff: Words = {
  sentence:
    "Something went wrong on our side. If this was about a request, please check it before you repeat it.",
  isRefusal: false
}

export const noLongerValid: Words = { sentence: "This is no longer valid.", isRefusal: true }

export const alreadySettled: Words = {
  sentence: "This transfer request has already been settled.",
  isRefusal: true
}

export const notForYou: Words = { sentence: "This message is not for you.", isRefusal: true }

export const tooOften = (retryAtMillis: number): Words =>
  refusal(`You are doing that too often. You can try again <t:${Math.ceil(retryAtMillis / 1000)}:R>.`)

export const tooBusy: Words = {
  sentence:
    "Other people's data is being read or erased at the moment. Nothing of yours was. Please try again in a minute.",
  isRefusal: true
}

export const viewWords = (failure: MochiError | StoreUnavailable): Words =>
  failure._tag === "MochiError" ? mochiWords(failure) : somethingWentWrong

const mochiWords = ({ reason }: MochiError): Words => {
  switch (reason) {
    case "Forbidden":
      return refusal("You do not have permission to do this at Mochi.")
    case "Unavailable":
    case "TimedOut":
    case "Withheld":
      return fault("Mochi is not responding at the moment. Please try again later.")
    case "NotFound":
    case "Refused":
    case "Undecodable":
    case "UnsafePath":
      return somethingWentWrong
  }
}

const notAvailable: Words = {
  sentence: "Transfer request is not available at the moment. Please try again later.",
  isRefusal: false
}

const profileMissing = (url: string): Words => ({
  sentence: "Could not find your profile. Please create a Mochi profile and link your Discord account first.",
  isRefusal: true,
  button: { type: 2, style: 5, label: "Create a profile", url }
})

const refusal = (sentence: string): Words => ({ sentence, isRefusal: true })

const fault = (sentence: string): Words => ({ sentence, isRefusal: false })

const amountForms =
  "Please enter a valid positive number as the amount, such as `10`, `1.5k`, `$20`, `25%`, `half` or `all`."

const decimalPoint =
  "A decimal is written with a point, such as `0.5`; commas stand only between groups of three digits, such as `1,500`."

const quoted = (typed: string): string => `“${nameText(typed)}”`
