import { Effect, Option } from "effect"
import type { RequestKey, UserId } from "../domain/Ids.ts"
import { AuditLog } from "../ports/AuditLog.ts"
import { currentTraceId } from "../telemetry/traceContext.ts"

/** What an actor did. The audit log adds the moment and the trace. */
export interface AuditedAction {
  /** As in the audit log: a user id, `mochi`, `operator` or `bot`. */
  readonly actor: string
  readonly action: string
  readonly outcome: string
  readonly request?: RequestKey
  readonly subject?: UserId
}

/** No command waits longer for its entry in the log. */
const patience = "3 seconds"

/** Records who did what. It never fails: what cannot be recorded is logged. */
export class Audit extends Effect.Service<Audit>()("mochi/services/Audit", {
  effect: Effect.gen(function* () {
    const log = yield* AuditLog

    const record = (deed: AuditedAction) =>
      Effect.flatMap(entryOf(deed), log.record).pipe(
        Effect.timeout(patience),
        Effect.catchAll(error =>
          Effect.annotateLogs(Effect.logError("audit_failed", error), {
            action: deed.action,
            outcome: deed.outcome
          })
        )
      )

    return { record }
  })
}) {}

/** What the log stores of an action, for a store that keeps it together with what the action did. */
export const entryOf = <Action extends Omit<AuditedAction, "outcome">>({ request, ...rest }: Action) =>
  Effect.map(currentTraceId, traceId => ({ ...rest, request: Option.fromNullable(request), traceId }))
