import { Duration, Effect, Either, Option, Schedule, Schema } from "effect"
import { Settings } from "../../config/Settings.ts"
import { formatAmount, formatUsd } from "../../domain/TokenAmount.ts"
import type { Holding } from "../../domain/Catalog.ts"
import { UserId } from "../../domain/Ids.ts"
import type { InteractionId } from "../../domain/Ids.ts"
import type { KudosCommand as KudosOptions } from "../../domain/Kudos.ts"
import type { RequestStatus } from "../../domain/RequestStatus.ts"
import type { RequestFacts, TransferRequest } from "../../domain/TransferRequest.ts"
import { TransferRequests } from "../../ports/TransferRequests.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { Choices } from "../../services/Choices.ts"
import { KudosRequests } from "../../services/KudosRequests.ts"
import type { CreatedKudos, KudosFailure } from "../../services/KudosRequests.ts"
import { kudosAnswer } from "../../views/notices.ts"
import { cut } from "../../views/text.ts"
import { still } from "./answerEdit.ts"
import type { Address, Drawing } from "./answerEdit.ts"
import { editAnswer, editDrawnAnswer } from "./answers.ts"
import { failureMessage, kudosWords, somethingWentWrong } from "./failureWords.ts"
import type { Command, Envelope } from "./decode.ts"
import { counted } from "./kudosCounts.ts"
import { Outcome } from "./Outcome.ts"

/** When a create whose outcome is unknown is looked for again. */
const looksAgain = Schedule.fromDelays("5 seconds", "15 seconds", "45 seconds", "2 minutes", "5 minutes")

/** Discord takes no longer name of a choice. */
const longestChoice = 100

/** `/kudos`: options in, one edit of the acknowledged answer out. */
export class KudosCommand extends Effect.Service<KudosCommand>()("mochi/programs/KudosCommand", {
  effect: Effect.gen(function* () {
    const kudos = yield* KudosRequests
    const choices = yield* Choices
    const requests = yield* TransferRequests
    const { limits, mochi } = yield* Settings

    /** What is stored of the request, if any is by now, comes before what was to be said of it. */
    const newest = (id: InteractionId, drawing: Drawing) =>
      Effect.map(requests.answeredBy(id), request =>
        Option.getOrElse(Option.flatMap(request, requestDrawing), () => drawing)
      )

    /** Answers where a request may exist. */
    const tell = Effect.fnUntraced(function* (address: Address, drawing: Drawing) {
      const now = newest(address.id, drawing)
      yield* editDrawnAnswer(address, yield* Effect.orElseSucceed(now, () => drawing), now)
    })

    const answer = Effect.fnUntraced(function* (
      envelope: Envelope,
      result: Either.Either<CreatedKudos, KudosFailure>
    ) {
      if (Either.isRight(result)) return yield* tell(envelope, createdDrawing(result.right))
      const words = failureMessage(kudosWords(result.left, mochi.profileUrl), yield* currentTraceId)
      yield* result.left._tag === "OutcomeUnknown"
        ? tell(envelope, still(words))
        : editAnswer(envelope, words)
    })

    /** Edits the answer as soon as Mochi shows the request after all. */
    const keepLooking = Effect.fn("KudosCommand.keepLooking")(function* (address: Address) {
      const found = yield* kudos
        .lookAgain(address.id)
        .pipe(Effect.flatten, Effect.retry(looksAgain), Effect.option)
      if (Option.isSome(found)) yield* tell(address, createdDrawing(found.value))
    })

    const conclude = Effect.fnUntraced(function* (
      envelope: Envelope,
      result: Either.Either<CreatedKudos, KudosFailure>
    ) {
      const outcome = Either.match(result, { onLeft: outcomeOfFailure, onRight: () => Outcome.Success() })
      yield* counted(result, outcome)
      yield* answer(envelope, result)
      return outcome
    })

    /** Runs after the acknowledgement. */
    const run = Effect.fn("KudosCommand.run")(function* (
      envelope: Envelope,
      command: Command,
      bots: ReadonlySet<string>
    ) {
      const options = kudosOptions(envelope, command, bots)
      if (Option.isNone(options)) {
        yield* editAnswer(envelope, failureMessage(somethingWentWrong, yield* currentTraceId))
        return Outcome.Failed({ errorType: "MalformedOptions" })
      }
      return yield* Effect.matchEffect(kudos.submit(options.value), {
        onSuccess: created => conclude(envelope, Either.right(created)),
        onFailure: failure =>
          failure._tag === "NoLongerHeld"
            ? Effect.succeed(Outcome.Refused({ reason: failure._tag }))
            : conclude(envelope, Either.left(failure))
      })
    })

    const choicesFor = ({ userId }: Envelope, { options }: Command, focused: string) => {
      const typed = options.get(focused) ?? ""
      const application = options.get("application") ?? ""
      const vault = options.get("vault") ?? ""
      switch (focused) {
        case "application":
          return Effect.map(choices.applications(userId, typed), found => found.map(namedChoice))
        case "vault":
          return application === ""
            ? Effect.succeed([])
            : Effect.map(choices.vaults(userId, application, typed), found => found.map(namedChoice))
        case "token":
          return application === "" || vault === ""
            ? Effect.succeed([])
            : Effect.map(choices.holdings(userId, application, vault, typed), found =>
                found.map(holdingChoice)
              )
        default:
          return Effect.succeed([])
      }
    }

    /** What to offer, in time: an empty list where Mochi fails or takes too long. */
    const suggest = Effect.fn("KudosCommand.suggest")(function* (
      envelope: Envelope,
      command: Command,
      focused: string
    ) {
      return yield* choicesFor(envelope, command, focused).pipe(
        Effect.map(found => ({ found: found.filter(isWhole), ended: Outcome.Success() })),
        Effect.timeoutTo({
          duration: Duration.times(limits.commandTimeout, lookUpShare),
          onSuccess: answer => answer,
          onTimeout: (): Suggestion => ({ found: [], ended: Outcome.TimedOut() })
        }),
        Effect.catchAll(error =>
          Effect.succeed<Suggestion>({
            found: [],
            ended:
              error._tag === "TooManyLookUps"
                ? Outcome.Refused({ reason: error._tag })
                : outcomeOfFailure(error)
          })
        )
      )
    })

    return { run, suggest, keepLooking, newest, tell }
  })
}) {}

/** Of the time for a suggestion; the rest is for its way to Discord. */
const lookUpShare = 0.8

interface Choice {
  readonly name: string
  readonly value: string
}

interface Suggestion {
  readonly found: ReadonlyArray<Choice>
  readonly ended: Outcome
}

/** One choice that Discord does not take costs the whole list. */
const isWhole = ({ name, value }: Choice) => name !== "" && value !== "" && value.length <= longestChoice

const namedChoice = ({ id, name }: { readonly id: string; readonly name: string }): Choice => ({
  name: cut(name.trim(), longestChoice),
  value: id
})

const holdingChoice = ({ available, token }: Holding): Choice => {
  const usd = Option.match(token.price, {
    onNone: () => "",
    onSome: price => ` (≈ $${formatUsd(available, price)})`
  })
  const chain = Option.match(token.chain, { onNone: () => [], onSome: name => [name] })
  const parts = [token.symbol, `${formatAmount(available)}${usd}`, ...chain]
  return { name: cut(parts.join(" · "), longestChoice), value: token.id }
}

const kudosOptions = (
  { channelId, communityId, id, userId }: Envelope,
  { options }: Command,
  bots: ReadonlySet<string>
): Option.Option<KudosOptions> =>
  Option.all({
    application: Option.fromNullable(options.get("application")),
    vault: Option.fromNullable(options.get("vault")),
    token: Option.fromNullable(options.get("token")),
    amount: Option.fromNullable(options.get("amount")),
    recipient: Schema.decodeUnknownOption(UserId)(options.get("recipient"))
  }).pipe(
    Option.map(({ recipient, ...typed }) => ({
      ...typed,
      interactionId: id,
      sender: userId,
      recipient: { id: recipient, isBot: bots.has(recipient) },
      reason: Option.filter(Option.fromNullable(options.get("reason")), reason => reason.trim() !== ""),
      communityId,
      channelId
    }))
  )

const kudosDrawing = (facts: RequestFacts, status: RequestStatus): Drawing => ({
  message: kudosAnswer({
    facts,
    status,
    recipient: { userId: facts.recipient.userId, name: Option.none() }
  }),
  shows: status
})

export const createdDrawing = ({ intent, status }: CreatedKudos): Drawing =>
  kudosDrawing(intent.facts, status)

const requestDrawing = ({ facts, status }: TransferRequest): Option.Option<Drawing> =>
  Option.map(facts, known => kudosDrawing(known, status))

const outcomeOfFailure = (failure: KudosFailure): Outcome => {
  if (failure._tag === "MochiError") return Outcome.Failed({ errorType: failure.reason })
  return kudosWords(failure, "").isRefusal
    ? Outcome.Refused({ reason: failure._tag })
    : Outcome.Failed({ errorType: failure._tag })
}
