import { Effect, Either, Random } from "effect"
import { deliveryDelay } from "../../domain/deliveryRetry.ts"
import { Outbox } from "../../ports/Outbox.ts"
import { Settlements } from "../../services/Settlements.ts"
import { requestAttributes } from "../../telemetry/spans.ts"
import type { JobProgram } from "./JobProgram.ts"
import { isTooOld } from "./retrying.ts"

/** Asks Mochi how a request stands. */
export const askMochi = Effect.gen(function* () {
  const outbox = yield* Outbox
  const settlements = yield* Settlements

  return {
    span: "mochi.ask",
    run: Effect.fnUntraced(function* (taken, { attempt, request }) {
      yield* Effect.annotateCurrentSpan(requestAttributes(request))
      const answer = yield* Effect.either(settlements.ask(request, attempt))
      const isLost = Either.isLeft(answer) && isTooOld(taken)
      if (Either.isRight(answer) || isLost) return yield* outbox.done(taken)
      yield* outbox.again(taken, deliveryDelay(taken.failuresBefore + 1, yield* Random.next))
    }),
    abandon: taken => outbox.done(taken)
  } satisfies JobProgram<"AskMochi">
})
