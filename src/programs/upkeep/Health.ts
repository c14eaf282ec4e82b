import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, Layer } from "effect"
import { ExportHealth } from "../../ports/ExportHealth.ts"
import { Liveness } from "../../ports/Liveness.ts"
import { Readiness } from "../../ports/Readiness.ts"
import { mount } from "../http/Endpoint.ts"
import type { Endpoint } from "../http/Endpoint.ts"

const alive: Endpoint = { path: "/healthz", methods: ["GET", "HEAD"] }
const ready: Endpoint = { path: "/readyz", methods: ["GET", "HEAD"] }

export const endpoints: ReadonlyArray<Endpoint> = [alive, ready]

/** Says whether the process makes progress; if it does not, an orchestrator starts another. */
const answerAlive = Effect.map(Liveness, ({ isAlive }) =>
  Effect.map(isAlive, isAlive =>
    isAlive
      ? HttpServerResponse.unsafeJson({ status: "ok" })
      : HttpServerResponse.unsafeJson({ status: "stalled" }, { status: 503 })
  )
)

/** Says what the checks in the background saw last: a probe never waits for them. */
const answerReady = Effect.gen(function* () {
  const readiness = yield* Readiness
  const telemetry = yield* ExportHealth
  return Effect.gen(function* () {
    const report = yield* readiness.report
    const status = report.status === "unavailable" ? 503 : 200
    return HttpServerResponse.unsafeJson({ ...report, telemetry: yield* telemetry.signals }, { status })
  })
})

/** Needs nothing that can be down, so that probes get an answer before anything else is up. */
export const layer = Layer.merge(mount(alive, answerAlive), mount(ready, answerReady))
