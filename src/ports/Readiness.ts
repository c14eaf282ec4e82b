import { Context } from "effect"
import type { Effect } from "effect"

export type Check = "discord" | "database" | "mochi"

/** `standby`: another process holds the gateway; this one is ready to take over. */
export type CheckState = "starting" | "ok" | "standby" | "down"

export interface Report {
  /** Without Mochi the service is degraded; without Discord or the database it can do nothing. */
  readonly status: "ok" | "degraded" | "unavailable"
  readonly checks: Readonly<Record<Check, CheckState>>
}

/** The answer to probes. Checks run in the background: a probe never waits for one. */
export class Readiness extends Context.Tag("mochi/ports/Readiness")<
  Readiness,
  {
    readonly set: (check: Check, state: CheckState) => Effect.Effect<void>
    readonly report: Effect.Effect<Report>
  }
>() {}
