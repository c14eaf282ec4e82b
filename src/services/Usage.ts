import { Effect } from "effect"
import { UsageLog } from "../ports/UsageLog.ts"
import type { Use } from "../ports/UsageLog.ts"

/** No command waits longer to be counted. */
const patience = "3 seconds"

/** Counts how much the bot is used. It never fails: what cannot be counted is logged. */
export class Usage extends Effect.Service<Usage>()("mochi/services/Usage", {
  effect: Effect.gen(function* () {
    const log = yield* UsageLog

    const count = (use: Use) =>
      log.record(use).pipe(
        Effect.timeout(patience),
        Effect.catchAll(error => Effect.logWarning("usage_not_counted", error))
      )

    return { count }
  })
}) {}
