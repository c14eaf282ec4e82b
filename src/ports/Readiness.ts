import { Context } from "effect"
import type { Effect } from "effect"

export type Check = "discord" | "database" | "mochi"

/** `standby`: another process holds the gateway; this one is ready to take over. */
export type CheckState = "starting" | "ok" | "standby" | "down"

export interface Report {
  /** Mochi being down degrades; without Discord or the database nothing can be done. */
  readonly status: "ok" | "degraded" | "unavailable"
  readonly checks: Readonly<Record<Check, CheckState>>
}

/** What probes are answered with. Checks run in the background: whoever asks never waits for one. */
export class Readiness extends Context.Tag("mochi/ports/Readiness")<
  Readiness,
  {
    readonly set: (check: Check, state: CheckState) => Effect.Effect<void>
    readonly report: Effect.Effect<Report>
  }
>() {}
