import { Effect, Option } from "effect"
import type { DiscordUserId, RequestKey } from "../domain/Ids.ts"
import { AuditLog } from "../ports/AuditLog.ts"
import { currentTraceId } from "../ports/traceContext.ts"
import { Usage } from "../ports/Usage.ts"
import type { Use } from "../ports/Usage.ts"

/** What happened; when, and in which trace, is added where it is written down. */
export interface Deed {
  /** As in the audit log: a Discord user id, `mochi`, `operator` or `bot`. */
  readonly actor: string
  readonly action: string
  readonly outcome: string
  readonly request?: RequestKey
  readonly subject?: DiscordUserId
}

/** Nobody waits longer for what only gets written down. */
const patience = "3 seconds"

/** Writes down what was done and how much the bot is used. It never fails: what cannot be written down is logged. */
export class Journal extends Effect.Service<Journal>()("mochi/services/Journal", {
  effect: Effect.gen(function* () {
    const audit = yield* AuditLog
    const usage = yield* Usage

    const deed = Effect.fn("Journal.deed")(
      function* ({ request, ...rest }: Deed) {
        const traceId = yield* currentTraceId
        yield* audit.record({ ...rest, request: Option.fromNullable(request), traceId })
      },
      Effect.timeout(patience),
      (work, { action, outcome }) =>
        Effect.catchAll(work, error =>
          Effect.annotateLogs(Effect.logError("audit_failed", error), { action, outcome })
        )
    )

    const use = Effect.fn("Journal.use")(
      (used: Use) => usage.record(used),
      Effect.timeout(patience),
      Effect.catchAll(error => Effect.logWarning("usage_not_counted", error))
    )

    return { deed, use }
  })
}) {}
