import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Either, FiberSet, Layer, Schedule } from "effect"
import { Settings } from "../../config.ts"
import { Interactions } from "../../ports/Interactions.ts"
import type { AbandonedInteraction } from "../../ports/Interactions.ts"
import { currentTraceId } from "../../ports/traceContext.ts"
import { KudosRequests } from "../../services/KudosRequests.ts"
import { editAnswer } from "./answers.ts"
import { failureMessage, recoveredWords } from "./failureWords.ts"
import { createdMessage, KudosCommand } from "./KudosCommand.ts"

/** How often it is looked for processes that ended with work in their hands. */
const looksEvery = "3 seconds"

/** Nobody else answers what this process has taken over, and the person waits as long as the token lives. */
const answerAgain = Schedule.exponential("2 seconds").pipe(Schedule.intersect(Schedule.recurs(7)))

/** Finishes what processes that are gone had begun: their intents first, then the answers that people still wait for. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const rest = yield* DiscordREST
    const interactions = yield* Interactions
    const kudos = yield* KudosRequests
    const command = yield* KudosCommand
    const { mochi } = yield* Settings
    const answers = yield* FiberSet.make()

    const answer = Effect.fn("KudosRecovery.answer")(function* ({ id, token }: AbandonedInteraction) {
      const { id: botId } = yield* rest.getMyApplication()
      const outcome = yield* Effect.either(kudos.outcomeOf(id))
      const reference = yield* currentTraceId
      const message = Either.match(outcome, {
        onRight: createdMessage,
        onLeft: failure => failureMessage(recoveredWords(failure, mochi.profileUrl), reference)
      })
      yield* editAnswer({ botId, token }, message)
      yield* interactions.answered(id)
      if (Either.isLeft(outcome) && outcome.left._tag === "OutcomeUnknown")
        yield* Effect.ignoreLogged(command.keepLooking({ id, botId, token }))
    })

    const recover = Effect.gen(function* () {
      const intents = yield* kudos.abandoned
      yield* Effect.forEach(intents, intent => Effect.ignore(kudos.resolve(intent)), { concurrency: 8 })
      const waiting = yield* interactions.adopt
      // Beside the next look: an answer may wait for Discord, or go on looking for a request.
      yield* Effect.forEach(waiting, abandoned =>
        FiberSet.run(answers, Effect.ignoreLogged(Effect.retry(answer(abandoned), answerAgain)))
      )
      if (intents.length + waiting.length > 0)
        yield* Effect.annotateLogs(Effect.logInfo("Took over from a process that ended"), {
          intents: intents.length,
          interactions: waiting.length
        })
    })

    yield* recover.pipe(
      Effect.catchAllCause(cause => Effect.logWarning("Recovery did not work out and is tried again", cause)),
      Effect.repeat(Schedule.spaced(looksEvery)),
      Effect.provideService(DiscordREST, rest),
      Effect.forkScoped
    )
  })
)
