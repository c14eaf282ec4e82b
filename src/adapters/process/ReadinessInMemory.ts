import { Effect, Layer, Ref } from "effect"
import { Readiness } from "../../ports/Readiness.ts"
import type { Report } from "../../ports/Readiness.ts"

export const layer: Layer.Layer<Readiness> = Layer.effect(
  Readiness,
  Effect.map(
    Ref.make<Report["checks"]>({ discord: "starting", database: "starting", mochi: "starting" }),
    checks => ({
      set: (check, state) => Ref.update(checks, before => ({ ...before, [check]: state })),
      report: Effect.map(Ref.get(checks), now => ({ status: statusOf(now), checks: now }))
    })
  )
)

const statusOf = ({ database, discord, mochi }: Report["checks"]): Report["status"] => {
  if (database !== "ok" || !(discord === "ok" || discord === "standby")) return "unavailable"
  return mochi === "down" ? "degraded" : "ok"
}
