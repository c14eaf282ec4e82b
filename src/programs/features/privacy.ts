/** `/privacy`: what people may ask about their own data, and the two buttons under the question before an erasure. */
import { DateTime, Duration, Effect, Option, Ref, Stream } from "effect"
import type { Action } from "../../domain/Action.ts"
import type { Screen } from "../../domain/Screen.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { Privacy } from "../../services/Privacy.ts"
import { personalJson } from "../../views/personalJson.ts"
import * as screens from "../../views/privacyScreens.ts"
import { still } from "./Conversation.ts"
import type { Conversation, Unanswered } from "./Conversation.ts"
import { failed, noLongerValid, notForYou, somethingWentWrong, tooBusy, tooOften } from "./failures.ts"
import type { Wording } from "./failures.ts"
import { command } from "./Feature.ts"
import type { Errand } from "./Feature.ts"
import { InteractionEnd } from "./InteractionEnd.ts"

type Erase = Extract<Action, { readonly _tag: "Erase" }>

/** Shows the person something: in the place of the answer, or beside the message with the button. */
type Show = (conversation: Conversation, screen: Screen) => Effect.Effect<void, Unanswered>

const instead: Show = (conversation, screen) => conversation.replace(still(screen))
const beside: Show = (conversation, screen) => conversation.add(screen)

/** If a whole file takes longer to read, something is wrong with the database. */
const readWithin = Duration.seconds(45)

/** Exports and erasures that wait for their turn in this process; each takes a second or so. */
const mostWaiting = 10

/** The platform's clock stamps the question, and the database's an erasure: the two may differ by this much. */
const clocksAgree = Duration.minutes(1)

/** If the platform does not say when the question was asked; the question is gone when the person's client reloads. */
const oldestQuestion = Duration.days(1)

export const privacy = command({
  name: "privacy",
  worksIn: "communities and direct messages",
  words: ({ commands }) => commands.privacy,
  options: [
    { kind: "subcommand", name: "export" },
    { kind: "subcommand", name: "delete" },
    { kind: "group", name: "notifications", subcommands: ["on", "off"] }
  ],
  make: Effect.gen(function* () {
    const data = yield* Privacy
    const { inTurn } = yield* PrivacyTurns

    const sendExport = Effect.fnUntraced(function* (conversation: Conversation) {
      const words = conversation.words.privacy
      const exported = yield* data.exportOf(conversation.userId, "person")
      const pieces = yield* piecesUpTo(conversation.largestFile, personalJson(exported)).pipe(
        Effect.timeoutFail({
          duration: readWithin,
          onTimeout: () => new StoreUnavailable({ operation: "export", cause: new Error("It took too long") })
        })
      )
      if (Option.isNone(pieces)) return done(conversation, screens.exportTooLarge(words))
      const file = new File([...pieces.value], "mochi-data.json", { type: "application/json" })
      return Effect.as(conversation.attach(screens.exported(words), file), InteractionEnd.Success())
    })

    const choose = (conversation: Conversation, wanted: boolean) =>
      Effect.zipRight(
        data.chooseNotifications(conversation.userId, wanted),
        done(conversation, screens.notificationsChosen(conversation.words.privacy, wanted))
      )

    const answer = (conversation: Conversation, subcommand: string) => {
      switch (subcommand) {
        case "export":
          return inTurn(conversation, "export", instead, sendExport(conversation))
        case "delete":
          return done(conversation, screens.askBeforeErasing(conversation.words.privacy, conversation.userId))
        case "notifications on":
          return choose(conversation, true)
        case "notifications off":
          return choose(conversation, false)
        default:
          return refuse(conversation, noLongerValid, "UnknownSubcommand", instead)
      }
    }

    const run = (conversation: Conversation, subcommand: string) =>
      orSayWhy(conversation, instead)(Effect.suspend(() => answer(conversation, subcommand)))

    return {
      errand: ({ subcommand }) => ({
        name: "privacy",
        acknowledged: "thinking",
        limit: "button",
        isRecovered: false,
        deed: Option.some({ action: "privacy" }),
        run: conversation =>
          run(
            conversation,
            Option.getOrElse(subcommand, () => "")
          )
      })
    }
  })
})

/** The answer replaces the question and its buttons; until there is an answer, the question stays. */
export const erase = Effect.gen(function* () {
  const data = yield* Privacy
  const { inTurn } = yield* PrivacyTurns

  const keep = Effect.fnUntraced(function* (conversation: Conversation) {
    const words = conversation.words.privacy
    const postedAt = Option.flatMap(conversation.pressed, question => question.postedAt)
    const since = Option.match(postedAt, {
      onNone: () => DateTime.subtractDuration(conversation.askedAt, oldestQuestion),
      onSome: at => DateTime.subtractDuration(at, clocksAgree)
    })
    const isTooLate = yield* data.wasErasedSince(conversation.userId, since)
    return yield* done(conversation, isTooLate ? screens.tooLateToKeep(words) : screens.kept(words))
  })

  const eraseNow = Effect.fnUntraced(function* (conversation: Conversation) {
    const words = conversation.words.privacy
    const { isComplete } = yield* data.erase(conversation.userId, "person")
    return done(conversation, isComplete ? screens.erased(words) : screens.erasedInPart(words))
  })

  const run = ({ asker, choice }: Erase, conversation: Conversation) => {
    if (asker !== conversation.userId) return refuse(conversation, notForYou, "NotMeantForThem", beside)
    const work =
      choice === "keep" ? keep(conversation) : inTurn(conversation, "erasure", beside, eraseNow(conversation))
    return orSayWhy(conversation, beside)(work)
  }

  return (press: Erase): Errand => ({
    name: "privacy",
    acknowledged: "unchanged",
    limit: "button",
    isRecovered: false,
    // The service records an erasure itself: afterwards no id of the person may be kept anywhere.
    deed: Option.none(),
    run: conversation => run(press, conversation)
  })
})

/** Exports and erasures take turns in a process. */
export class PrivacyTurns extends Effect.Service<PrivacyTurns>()("mochi/programs/PrivacyTurns", {
  effect: Effect.gen(function* () {
    const limits = yield* RateLimits
    const turn = yield* Effect.makeSemaphore(1)
    const waiting = yield* Ref.make(0)

    /**
     * One at a time, so that memory does not grow with the number of people; and each person only so often. `work` returns
     * the effect that tells the person, and the next in turn does not wait for that.
     */
    const inTurn = <E, R>(
      conversation: Conversation,
      kind: "export" | "erasure",
      show: Show,
      work: Effect.Effect<Effect.Effect<InteractionEnd, Unanswered>, E, R>
    ) =>
      Effect.gen(function* () {
        const before = yield* Ref.getAndUpdate(waiting, number => number + 1)
        if (before >= mostWaiting) return yield* refuse(conversation, tooBusy, "Busy", show)
        const retryAt = yield* limits.take(conversation.userId, kind)
        if (Option.isSome(retryAt)) {
          const wording = tooOften(DateTime.toEpochMillis(retryAt.value))
          return yield* refuse(conversation, wording, "RateLimited", show)
        }
        return yield* Effect.flatten(turn.withPermits(1)(work))
      }).pipe(Effect.ensuring(Ref.update(waiting, number => number - 1)))

    return { inTurn }
  })
}) {}

const done = (conversation: Conversation, screen: Screen): Effect.Effect<InteractionEnd, Unanswered> =>
  Effect.as(instead(conversation, screen), InteractionEnd.Success())

const refuse = Effect.fnUntraced(function* (
  conversation: Conversation,
  wording: Wording,
  reason: string,
  show: Show
) {
  yield* show(conversation, yield* failed(conversation.words, wording))
  return InteractionEnd.Refused({ reason })
})

const orSayWhy =
  (conversation: Conversation, show: Show) =>
  <E, R>(work: Effect.Effect<InteractionEnd, E | StoreUnavailable, R>) =>
    Effect.catchIf(work, isStoreFailure, error =>
      Effect.gen(function* () {
        yield* show(conversation, yield* failed(conversation.words, somethingWentWrong))
        return InteractionEnd.Failed({ errorType: error._tag })
      })
    )

/** The pieces, if they are no more bytes than that; beyond it, nothing more is read. */
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
