/**
 * Empties the outbox: one process at a time, since Discord's limits are per bot; another takes over when it is gone.
 */
import { Effect, Layer, Option, Schedule, Stream } from "effect"
import { isOfKind, jobKinds } from "../../domain/Job.ts"
import type { JobKind } from "../../domain/Job.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { Outbox } from "../../ports/Outbox.ts"
import type { Taken } from "../../ports/Outbox.ts"
import { inSpan } from "../../telemetry/spans.ts"
import { parseTraceparent } from "../../telemetry/traceContext.ts"
import { jobs } from "./jobs.ts"
import type { Jobs } from "./jobs.ts"
import { retrying } from "./retrying.ts"

const takenAtOnce = 100

export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const leadership = yield* Leadership
    const outbox = yield* Outbox
    const programs: Jobs = yield* jobs

    const drain = <Kind extends JobKind>(kind: Kind) => {
      const { atOnce, program } = programs[kind]
      const isOurs = isOfKind(kind)
      const settle = (taken: Taken): Effect.Effect<void> => {
        const { job } = taken
        if (!isOurs(job)) return Effect.void
        return program.run(taken, job).pipe(
          retrying(outbox, taken, why => program.abandon(taken, job, why)),
          inTraceOf(taken, program.span)
        )
      }
      return Stream.repeatEffect(outbox.take(kind, takenAtOnce)).pipe(
        Stream.flattenIterables,
        Stream.mapEffect(settle, { concurrency: atOnce, unordered: true }),
        Stream.runDrain,
        Effect.tapErrorCause(cause => Effect.logWarning("The outbox is out of reach", cause)),
        Effect.retry(Schedule.spaced("1 second")),
        Effect.ensuring(Effect.ignoreLogged(outbox.release(kind)))
      )
    }

    yield* leadership
      .whileLeading("delivery", Effect.forEach(jobKinds, drain, { concurrency: "unbounded" }))
      .pipe(Effect.forkScoped)
  })
)

const inTraceOf =
  (taken: Taken, name: string) =>
  (work: Effect.Effect<void>): Effect.Effect<void> =>
    inSpan(name, {
      kind: "consumer",
      attributes: {
        "messaging.message.id": taken.id,
        "messaging.operation.type": "process",
        tries: taken.triesBefore
      },
      ...Option.match(Option.flatMap(taken.traceparent, parseTraceparent), {
        onNone: () => ({ root: true }),
        onSome: parent => ({ parent })
      })
    })(work)
