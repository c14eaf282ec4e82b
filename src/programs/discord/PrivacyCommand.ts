import { DateTime, Duration, Effect, Option, Ref, Stream } from "effect"
import type { ButtonPress } from "../../domain/customId.ts"
import { madeAtMillis } from "../../domain/Ids.ts"
import type { MessageId } from "../../domain/Ids.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { Privacy } from "../../services/Privacy.ts"
import type { Message } from "../../views/Message.ts"
import { personalJson } from "../../views/personalJson.ts"
import * as answers from "../../views/privacyAnswers.ts"
import type { Unanswered } from "./answerByDm.ts"
import { editAnswer, editAnswerWithFile, followUp } from "./answers.ts"
import type { Answering } from "./answers.ts"
import {
  failureMessage,
  noLongerValid,
  notForYou,
  somethingWentWrong,
  tooBusy,
  tooOften
} from "./failureWords.ts"
import type { Words } from "./failureWords.ts"
import type { Command, Envelope } from "./decode.ts"
import { Outcome } from "./Outcome.ts"

type Press = Extract<ButtonPress, { readonly _tag: "Privacy" }>

/** Shows the person something: in the place of the answer, or beside the message with the button. */
type Show = (envelope: Envelope, answer: Message) => Effect.Effect<void, Unanswered, Answering>

/** Bytes: servers without boosts take 10 MiB in all. */
const largestFile = 9 * 1024 * 1024

/** A whole file is read by then, or the database is not well. */
const readWithin = Duration.seconds(45)

/** Exports and erasures that wait for their turn in this process; each takes a second or so. */
const mostWaiting = 10

/** Discord's clock stamps the question, and the database's an erasure: the two may differ by so much. */
const clocksAgree = Duration.minutes(1)

/** Where Discord does not say when the question was asked; it goes with the next reload of the person's client. */
const oldestQuestion = Duration.days(1)

/** `/privacy` and its two buttons, after their acknowledgement. */
export class PrivacyCommand extends Effect.Service<PrivacyCommand>()("mochi/programs/PrivacyCommand", {
  effect: Effect.gen(function* () {
    const privacy = yield* Privacy
    const limits = yield* RateLimits
    const turn = yield* Effect.makeSemaphore(1)
    const waiting = yield* Ref.make(0)

    const refuse = Effect.fnUntraced(function* (
      envelope: Envelope,
      words: Words,
      reason: string,
      show: Show = editAnswer
    ) {
      yield* show(envelope, failureMessage(words, yield* currentTraceId))
      return Outcome.Refused({ reason })
    })

    const done = (envelope: Envelope, answer: Message) =>
      Effect.as(editAnswer(envelope, answer), Outcome.Success())

    /**
     * One at a time, so that no number of people makes the memory grow; and each person only so often. Telling the person,
     * which `work` ends with, is not waited for by the next.
     */
    const inTurn = <E, R>(
      envelope: Envelope,
      kind: "export" | "erasure",
      show: Show,
      work: Effect.Effect<ReturnType<typeof done>, E, R>
    ) =>
      Effect.gen(function* () {
        const before = yield* Ref.getAndUpdate(waiting, number => number + 1)
        if (before >= mostWaiting) return yield* refuse(envelope, tooBusy, "Busy", show)
        const retryAt = yield* limits.take(envelope.userId, kind)
        if (Option.isSome(retryAt)) {
          const words = tooOften(DateTime.toEpochMillis(retryAt.value))
          return yield* refuse(envelope, words, "RateLimited", show)
        }
        return yield* Effect.flatten(turn.withPermits(1)(work))
      }).pipe(Effect.ensuring(Ref.update(waiting, number => number - 1)))

    const sendExport = Effect.fnUntraced(function* (envelope: Envelope) {
      const data = yield* privacy.exportOf(envelope.userId, "person")
      const pieces = yield* piecesUpTo(largestFile, personalJson(data)).pipe(
        Effect.timeoutFail({
          duration: readWithin,
          onTimeout: () => new StoreUnavailable({ operation: "export", cause: new Error("It took too long") })
        })
      )
      if (Option.isNone(pieces)) return done(envelope, answers.exportTooLarge)
      const file = new File([...pieces.value], "mochi-data.json", { type: "application/json" })
      return Effect.as(editAnswerWithFile(envelope, answers.exported, file), Outcome.Success())
    })

    const choose = (envelope: Envelope, wanted: boolean) =>
      Effect.zipRight(
        privacy.chooseNotifications(envelope.userId, wanted),
        done(envelope, answers.notificationsChosen(wanted))
      )

    const answer = (envelope: Envelope, subcommand: string) => {
      switch (subcommand) {
        case "export":
          return inTurn(envelope, "export", editAnswer, sendExport(envelope))
        case "delete":
          return done(envelope, answers.askBeforeErasing(envelope.userId))
        case "notifications on":
          return choose(envelope, true)
        case "notifications off":
          return choose(envelope, false)
        default:
          return refuse(envelope, noLongerValid, "UnknownSubcommand")
      }
    }

    const orSayWhy =
      (envelope: Envelope, show: Show) =>
      <E, R>(work: Effect.Effect<Outcome, E | StoreUnavailable, R>) =>
        Effect.catchIf(work, isStoreFailure, error =>
          Effect.gen(function* () {
            yield* show(envelope, failureMessage(somethingWentWrong, yield* currentTraceId))
            return Outcome.Failed({ errorType: error._tag })
          })
        )

    const run = Effect.fn("PrivacyCommand.run")((envelope: Envelope, { subcommand }: Command) =>
      orSayWhy(
        envelope,
        editAnswer
      )(
        answer(
          envelope,
          Option.getOrElse(subcommand, () => "")
        )
      )
    )

    const keep = Effect.fnUntraced(function* (envelope: Envelope, question: Option.Option<MessageId>) {
      const since = Option.match(question, {
        onNone: () =>
          DateTime.subtractDuration(DateTime.unsafeMake(madeAtMillis(envelope.id)), oldestQuestion),
        onSome: id => DateTime.subtractDuration(DateTime.unsafeMake(madeAtMillis(id)), clocksAgree)
      })
      const isTooLate = yield* privacy.wasErasedSince(envelope.userId, since)
      return yield* done(envelope, isTooLate ? answers.tooLateToKeep : answers.kept)
    })

    const erase = Effect.fnUntraced(function* (envelope: Envelope) {
      const { isComplete } = yield* privacy.erase(envelope.userId, "person")
      return done(envelope, isComplete ? answers.erased : answers.erasedInPart)
    })

    /** The question is edited to its end, and with it both buttons go; until something has ended, it stays. */
    const press = Effect.fn("PrivacyCommand.press")(
      ({ asker, choice }: Press, envelope: Envelope, question: Option.Option<MessageId>) => {
        if (asker !== envelope.userId) return refuse(envelope, notForYou, "NotMeantForThem", followUp)
        const work =
          choice === "keep"
            ? keep(envelope, question)
            : inTurn(envelope, "erasure", followUp, erase(envelope))
        return orSayWhy(envelope, followUp)(work)
      }
    )

    return { run, press }
  })
}) {}

/** The pieces, if they make no more bytes than that; what is over it is not even read. */
const piecesUpTo = <E, R>(bytes: number, text: Stream.Stream<string, E, R>) =>
  Effect.suspend(() => {
    const pieces: Array<string> = []
    let size = 0
    return Stream.runForEachWhile(text, piece =>
      Effect.sync(() => {
        size += Buffer.byteLength(piece)
        if (size <= bytes) pieces.push(piece)
        return size <= bytes
      })
    ).pipe(Effect.map(() => (size <= bytes ? Option.some(pieces) : Option.none())))
  })

const isStoreFailure = <E>(error: E | StoreUnavailable): error is StoreUnavailable =>
  error instanceof StoreUnavailable
