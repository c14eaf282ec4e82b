import { Effect, Layer, Ref } from "effect"
import { Readiness } from "../../ports/Readiness.ts"
import type { Report } from "../../ports/Readiness.ts"

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
