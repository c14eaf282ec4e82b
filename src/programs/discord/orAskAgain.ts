import { Duration, Effect, Fiber } from "effect"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { editAnswer } from "./answers.ts"
import { askAgain, failureMessage } from "./failureWords.ts"
import type { Envelope } from "./decode.ts"
import type { Done } from "./instrumentation.ts"

/** Between the end of what was begun and the end of the process. */
const askedAgainWithin = Duration.seconds(2)

/** For work that no other process takes over: who still waits for it when this one ends is told to ask again. */
export const orAskAgain = (envelope: Envelope, work: Done): Done =>
  Effect.onInterrupt(work, () =>
    Effect.flatMap(currentTraceId, reference =>
      editAnswer(envelope, failureMessage(askAgain, reference))
    ).pipe(
      Effect.timeout(askedAgainWithin),
      Effect.interruptible,
      // In a fiber of its own: this one is interrupted, and could not be kept to the time.
      Effect.forkDaemon,
      Effect.flatMap(Fiber.await)
    )
  )
