import { Cause, Effect, Exit, Option } from "effect"
import { Audit } from "../../services/Audit.ts"
import { CommandEnd } from "./CommandEnd.ts"

/** Runs an operator's command in a trace of its own, and records it in the audit log. */
export const auditing =
  (action: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Audit> =>
    Effect.gen(function* () {
      const audit = yield* Audit
      return yield* Effect.onExit(work, exit =>
        audit.record({ actor: "operator", action, outcome: outcomeOf(exit) })
      )
    }).pipe(Effect.withSpan(`cli ${action}`, { root: true }))

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "success"
  if (Cause.isInterruptedOnly(exit.cause)) return "interrupted"
  const error = Cause.squash(exit.cause)
  return error instanceof CommandEnd && Option.isNone(error.words) ? "difference" : "failed"
}
