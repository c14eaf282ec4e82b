import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Either, FiberMap, Layer, Option, Schedule } from "effect"
import { Settings } from "../../config/Settings.ts"
import { Claims } from "../../ports/Claims.ts"
import type { AbandonedInteraction } from "../../ports/Claims.ts"
import { Messenger } from "../../ports/Messenger.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { KudosRequests } from "../../services/KudosRequests.ts"
import { still } from "./answerEdit.ts"
import type { Drawing } from "./answerEdit.ts"
import { tellLate } from "./answers.ts"
import { brokeOff, failureMessage, recoveredWords } from "./failureWords.ts"
import { createdDrawing, KudosCommand } from "./KudosCommand.ts"

/** Intents of processes that ended; each may ask Mochi. */
const resolvedAtOnce = 8

/** How often it is looked for processes that ended with work in their hands. */
const looksEvery = "3 seconds"

/** Nobody else answers what this process has taken over, and the person waits as long as the token lives. */
const answerAgain = Schedule.exponential("2 seconds").pipe(Schedule.intersect(Schedule.recurs(7)))

/** Finishes what processes that are gone had begun: their intents first, then the answers that people still wait for. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const rest = yield* DiscordREST
    const messenger = yield* Messenger
    const claims = yield* Claims
    const kudos = yield* KudosRequests
    const command = yield* KudosCommand
    const { mochi } = yield* Settings
    /** What is under way of what was taken over, by its interaction: each look finds it again until it is done. */
    const underWay = yield* FiberMap.make<string>()
    const turns = yield* Effect.makeSemaphore(resolvedAtOnce)

    const tell = (person: AbandonedInteraction, drawing: Drawing) =>
      Option.match(person.token, {
        onNone: () => tellLate(person, drawing, command.newest(person.id, drawing)),
        onSome: token => command.tell({ ...person, token, botId: undefined }, drawing)
      })

    const answer = Effect.fn("KudosRecovery.answer")(function* (person: AbandonedInteraction) {
      const { id, token } = person
      const outcome = yield* Effect.either(kudos.outcomeOf(id))
      // What became of it stands in the store: without it there is nothing true to say yet.
      if (Either.isLeft(outcome) && outcome.left._tag === "StoreUnavailable") return yield* outcome.left
      const reference = yield* currentTraceId
      yield* tell(
        person,
        Either.match(outcome, {
          onRight: createdDrawing,
          onLeft: failure => still(failureMessage(recoveredWords(failure, mochi.profileUrl), reference))
        })
      )
      yield* claims.answeredForAnother(id)
      if (Either.isLeft(outcome) && outcome.left._tag === "OutcomeUnknown" && Option.isSome(token))
        yield* Effect.ignoreLogged(command.keepLooking({ ...person, token: token.value, botId: undefined }))
    })

    /** A defect in finding out, or a person who cannot be reached, ends it for every later process too. */
    const settled = (person: AbandonedInteraction) =>
      Effect.retry(answer(person), {
        schedule: answerAgain,
        while: ({ _tag }) => _tag === "StoreUnavailable"
      }).pipe(
        Effect.catchAllDefect(defect =>
          Effect.gen(function* () {
            yield* Effect.logError("The answer of a process that ended could not be found out", defect)
            yield* tell(person, still(failureMessage(brokeOff, yield* currentTraceId)))
            yield* claims.answeredForAnother(person.id)
          })
        ),
        Effect.catchTag("Unanswered", ({ reason }) =>
          Effect.zipRight(
            Effect.annotateLogs(Effect.logError("A person could not be answered"), {
              interaction: person.id,
              reason
            }),
            claims.answeredForAnother(person.id)
          )
        ),
        Effect.withSpan("KudosRecovery.settled"),
        Effect.ignoreLogged
      )

    const begin = (key: string, work: Effect.Effect<void, never, DiscordREST | Messenger>) =>
      Effect.flatMap(FiberMap.has(underWay, key), isUnderWay =>
        isUnderWay ? Effect.succeed(false) : Effect.as(FiberMap.run(underWay, key, work), true)
      )

    const recover = Effect.gen(function* () {
      const intents = yield* kudos.abandoned
      const waiting = yield* claims.adopt
      // Beside the next look: Mochi may hang, an answer wait for Discord, or go on looking for a request. And beside one
      // another: whoever had nothing sent yet need not wait for what became of others' requests.
      const begun = yield* Effect.all([
        ...intents.map(intent =>
          begin(`intent ${intent.interactionId}`, turns.withPermits(1)(Effect.ignore(kudos.resolve(intent))))
        ),
        ...waiting.map(person => begin(`answer ${person.id}`, settled(person)))
      ])
      if (begun.includes(true))
        yield* Effect.annotateLogs(Effect.logInfo("Took over from a process that ended"), {
          intents: intents.length,
          interactions: waiting.length
        })
    })

    yield* recover.pipe(
      Effect.catchAllCause(cause => Effect.logWarning("Recovery did not work out and is tried again", cause)),
      Effect.repeat(Schedule.spaced(looksEvery)),
      Effect.provideService(DiscordREST, rest),
      Effect.provideService(Messenger, messenger),
      Effect.forkScoped
    )
  })
)
