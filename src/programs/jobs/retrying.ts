import { Cause, Duration, Effect, Option } from "effect"
import { deliveryDelay, deliveryPatience } from "../../domain/deliveryRetry.ts"
import type { Outbox, Taken } from "../../ports/Outbox.ts"

/** A defect must cost a job one try, and never stop the worker; like any other failure, it is retried for a day. */
export const retrying =
  (outbox: Outbox["Type"], taken: Taken, abandon: (why: string) => Effect.Effect<void, unknown>) =>
  (work: Effect.Effect<void, unknown>): Effect.Effect<void> =>
    work.pipe(
      Effect.sandbox,
      Effect.catchAll(cause => {
        if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
        const again = outbox.again(taken, deliveryDelay(taken.failuresBefore + 2, 0))
        const why = Option.isSome(Cause.dieOption(cause))
          ? "a fault of ours"
          : "the database was out of reach"
        return Effect.logError("A job went wrong", cause).pipe(
          Effect.zipRight(isTooOld(taken) ? Effect.catchAllCause(abandon(why), () => again) : again),
          Effect.ignoreLogged
        )
      })
    )

export const isTooOld = ({ age }: Taken): boolean => Duration.greaterThan(age, deliveryPatience)

/** Why a job that is too old was given up. */
export const tooOld = (why: string): string =>
  `given up after ${Duration.toHours(deliveryPatience)} hours: ${why}`
