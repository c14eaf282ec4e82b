import { Effect, Either, FiberMap, Layer, Option, Schedule } from "effect"
import { Settings } from "../../config/Settings.ts"
import { inStep } from "../../context/inStep.ts"
import { Claims } from "../../ports/Claims.ts"
import type { AbandonedInteraction } from "../../ports/Claims.ts"
import type { StoredIntent } from "../../ports/KudosIntents.ts"
import { KudosRequests } from "../../services/KudosRequests.ts"
import { inSpan, interactionAttributes } from "../../telemetry/spans.ts"
import { Conversations, still } from "./Conversation.ts"
import { brokeOff, failed, recoveryFailure } from "./failures.ts"
import { createdDrawing, KudosAnswers } from "./kudosAnswers.ts"

/** Intents of processes that ended; this process may ask Mochi for each. */
const resolvedAtOnce = 8

/** How often this process looks for others that ended with unfinished work. */
const looksEvery = "1 second"

/** Nobody else answers what this process has taken over, and the person waits as long as the token lives. */
const answerAgain = Schedule.exponential("2 seconds").pipe(Schedule.intersect(Schedule.recurs(7)))

/** Finishes the work of processes that ended: their intents first, then the answers that people still wait for. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const conversations = yield* Conversations
    const claims = yield* Claims
    const kudos = yield* KudosRequests
    const kudosAnswers = yield* KudosAnswers
    const { mochi } = yield* Settings
    /** By its interaction, the work that this process has taken over: each look finds it again until it is done. */
    const underWay = yield* FiberMap.make<string>()
    const turns = yield* Effect.makeSemaphore(resolvedAtOnce)

    const answer = Effect.fnUntraced(function* (abandoned: AbandonedInteraction) {
      const answers = conversations.resume(abandoned)
      const result = yield* Effect.either(kudos.outcomeOf(abandoned.id))
      // Without the store nobody knows yet what became of the request.
      if (Either.isLeft(result) && result.left._tag === "StoreUnavailable") return yield* result.left
      yield* kudosAnswers.show(
        answers,
        Either.isRight(result)
          ? createdDrawing(answers.words, result.right)
          : still(yield* failed(answers.words, recoveryFailure(result.left, mochi.profileUrl)))
      )
      yield* claims.answeredForAnother(abandoned.id)
      if (Either.isLeft(result) && result.left._tag === "OutcomeUnknown" && Option.isSome(abandoned.token))
        yield* Effect.ignoreLogged(kudosAnswers.keepLooking(answers))
    })

    /** A defect, or a person who cannot be reached, ends it for every later process too. */
    const settle = (abandoned: AbandonedInteraction) =>
      Effect.retry(answer(abandoned), {
        schedule: answerAgain,
        while: ({ _tag }) => _tag === "StoreUnavailable"
      }).pipe(
        Effect.catchAllDefect(defect =>
          Effect.gen(function* () {
            yield* Effect.logError("What to answer for a process that ended could not be found out", defect)
            const answers = conversations.resume(abandoned)
            yield* kudosAnswers.show(answers, still(yield* failed(answers.words, brokeOff)))
            yield* claims.answeredForAnother(abandoned.id)
          })
        ),
        Effect.catchTag("Unanswered", ({ reason }) =>
          Effect.zipRight(
            Effect.annotateLogs(Effect.logError("A person could not be answered"), {
              interaction: abandoned.id,
              reason
            }),
            claims.answeredForAnother(abandoned.id)
          )
        ),
        inSpan("kudos.recover", { attributes: interactionAttributes(abandoned.id) }),
        Effect.ignoreLogged
      )

    const resolve = (intent: StoredIntent) =>
      kudos
        .resolve(intent)
        .pipe(
          inSpan("kudos.resolve", { attributes: interactionAttributes(intent.interactionId) }),
          Effect.ignore
        )

    const start = (key: string, work: Effect.Effect<void>) =>
      Effect.flatMap(FiberMap.has(underWay, key), isUnderWay =>
        isUnderWay ? Effect.succeed(false) : Effect.as(FiberMap.run(underWay, key, work), true)
      )

    const recover = Effect.gen(function* () {
      const intents = yield* kudos.abandoned
      const waiting = yield* claims.adopt
      // Beside the next look, since Mochi may hang and an answer may wait for minutes. And beside one another: a person for
      // whom nothing was sent need not wait for other people's requests.
      const started = yield* Effect.all([
        ...intents.map(intent =>
          start(`intent ${intent.interactionId}`, turns.withPermits(1)(resolve(intent)))
        ),
        ...waiting.map(abandoned => start(`answer ${abandoned.id}`, settle(abandoned)))
      ])
      if (started.includes(true))
        yield* Effect.annotateLogs(Effect.logInfo("Took over from a process that ended"), {
          intents: intents.length,
          interactions: waiting.length
        })
    })

    yield* recover.pipe(
      Effect.catchAllCause(cause => Effect.logWarning("Recovery did not work out and is tried again", cause)),
      look => inStep(looksEvery, look),
      Effect.forkScoped
    )
  })
)
