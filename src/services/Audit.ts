import { Effect, Option } from "effect"
import type { RequestKey, UserId } from "../domain/Ids.ts"
import { AuditLog } from "../ports/AuditLog.ts"
import type { AuditEntry } from "../ports/AuditLog.ts"
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

/** The action with its trace, for a store that records it together with what it led to. */
export const auditEntry = ({ request, ...rest }: AuditedAction): Effect.Effect<AuditEntry> =>
  Effect.map(currentTraceId, traceId => ({ ...rest, request: Option.fromNullable(request), traceId }))

/** No command waits longer for its entry in the log. */
const patience = "3 seconds"

/** Records who did what. It never fails: what cannot be recorded is logged. */
export class Audit extends Effect.Service<Audit>()("mochi/services/Audit", {
  effect: Effect.gen(function* () {
    const log = yield* AuditLog

    const record = (deed: AuditedAction) =>
      Effect.flatMap(auditEntry(deed), log.record).pipe(
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
