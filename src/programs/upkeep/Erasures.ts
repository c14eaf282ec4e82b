import { Effect, Layer, Schedule } from "effect"
import { inStep } from "../../context/inStep.ts"
import { PersonalData } from "../../ports/PersonalData.ts"
import { inSpan } from "../../telemetry/spans.ts"
import { Privacy } from "../../services/Privacy.ts"

/** Completes erasures that did not complete when somebody asked for them: Mochi was down, or a process ended. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const privacy = yield* Privacy
    const data = yield* PersonalData

    const finish = Effect.gen(function* () {
      const unfinished = yield* data.unfinishedErasures
      const ends = yield* Effect.forEach(unfinished, erasure =>
        inSpan("erasure.finish")(privacy.finishErasure(erasure))
      )
      const completed = ends.filter(isComplete => isComplete).length
      if (unfinished.length > 0)
        yield* Effect.annotateLogs(Effect.logInfo("erasures_finished"), {
          completed,
          waiting: unfinished.length - completed
        })
    }).pipe(
      Effect.catchAllCause(cause =>
        Effect.logWarning("An erasure did not work out and is tried again", cause)
      )
    )

    yield* Effect.forkScoped(inStep("1 second", finish))
    yield* Effect.forkScoped(Effect.repeat(Effect.ignoreLogged(data.prune), Schedule.spaced("1 hour")))
  })
)
