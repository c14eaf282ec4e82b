import { Context, Effect, Layer, Ref } from "effect"

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

export const layer: Layer.Layer<Readiness> = Layer.effect(
  Readiness,
  Effect.map(
    Ref.make<Report["checks"]>({ discord: "starting", database: "starting", mochi: "starting" }),
    checks => ({
      set: (check, state) => Ref.update(checks, known => ({ ...known, [check]: state })),
      report: Effect.map(Ref.get(checks), known => ({ status: statusOf(known), checks: known }))
    })
  )
)

const statusOf = ({ database, discord, mochi }: Report["checks"]): Report["status"] => {
  if (database !== "ok" || !(discord === "ok" || discord === "standby")) return "unavailable"
  return mochi === "down" ? "degraded" : "ok"
}
