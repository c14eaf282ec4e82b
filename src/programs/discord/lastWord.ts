import { Effect } from "effect"
import type { InteractionType } from "../../telemetry/metrics.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { choices, deferEphemeral, deferUpdate, editAnswer, ephemeralAnswer, followUp } from "./answers.ts"
import type { Respond } from "./answers.ts"
import { brokeOff, failureMessage } from "./failureWords.ts"
import type { Envelope } from "./decode.ts"
import type { Done, Work } from "./instrumentation.ts"
import { Outcome } from "./Outcome.ts"

/**
 * Runs what an interaction asks for; a defect in it becomes a sentence with the reference, in the place where the person
 * is looking: instead of the acknowledgement, of "is thinking", or under the card that was pressed.
 */
export const lastWord = (
  {
    envelope,
    respond,
    type
  }: { readonly type: InteractionType; readonly envelope: Envelope; readonly respond: Respond },
  work: Work
): Done =>
  Effect.suspend(() => {
    let acknowledged: number | undefined
    const noted: Respond = callback =>
      Effect.tap(respond(callback), () =>
        Effect.sync(() => {
          acknowledged = callback.type
        })
      )
    const say = Effect.gen(function* () {
      const words = failureMessage(brokeOff, yield* currentTraceId)
      switch (acknowledged) {
        case undefined:
          return yield* respond(type === "autocomplete" ? choices([]) : ephemeralAnswer(words))
        case deferEphemeral.type:
          return yield* editAnswer(envelope, words)
        case deferUpdate.type:
          return yield* followUp(envelope, words)
        default:
          // What was answered at once has its answer.
          return
      }
    })
    return Effect.suspend(() => work(noted)).pipe(
      Effect.catchAllDefect(defect =>
        Effect.logError("An interaction went wrong", defect).pipe(
          Effect.zipRight(say),
          Effect.catchAllDefect(again => Effect.logError("Nor could the person be told", again)),
          Effect.as(Outcome.Failed({ errorType: "Defect" }))
        )
      )
    )
  })
