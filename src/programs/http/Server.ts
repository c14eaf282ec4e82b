import { HttpMiddleware, HttpServer, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Effect, Layer, Option } from "effect"
import { Settings } from "../../config/Settings.ts"
import { ExportHealth } from "../../ports/ExportHealth.ts"
import { Liveness } from "../../ports/Liveness.ts"
import { Readiness } from "../../ports/Readiness.ts"
import { Endpoints } from "./Endpoints.ts"
import type { Handler } from "./Endpoints.ts"

/** Seconds after which whoever comes too early may come again. */
const startsWithin = "5"

/** Health checks at once; the other endpoints as they are mounted. Answers say what is wrong and nothing else. */
export const layer = Layer.unwrapEffect(
  Effect.gen(function* () {
    const readiness = yield* Readiness
    const liveness = yield* Liveness
    const telemetry = yield* ExportHealth
    const endpoints = yield* Endpoints
    const { discord } = yield* Settings

    const ready = Effect.gen(function* () {
      const report = yield* readiness.report
      const status = report.status === "unavailable" ? 503 : 200
      return HttpServerResponse.unsafeJson({ ...report, telemetry: yield* telemetry.signals }, { status })
    })

    const alive = Effect.map(liveness.isAlive, isAlive =>
      isAlive
        ? HttpServerResponse.unsafeJson({ status: "ok" })
        : HttpServerResponse.unsafeJson({ status: "stalled" }, { status: 503 })
    )

    const mounted = (path: string) =>
      Effect.flatMap(
        endpoints.find(path),
        Option.match({
          onNone: () =>
            Effect.succeed(
              HttpServerResponse.setHeader(
                problem(503, "the service is starting"),
                "retry-after",
                startsWithin
              )
            ),
          onSome: handler => handler
        })
      )

    const routes = new Map<string, Route>([
      ["/healthz", { methods: ["GET", "HEAD"], handle: alive }],
      ["/readyz", { methods: ["GET", "HEAD"], handle: ready }],
      ["/webhooks/mochi", { methods: ["POST"], handle: mounted("/webhooks/mochi") }],
      ...(discord.interactions.mode === "http"
        ? [["/interactions", { methods: ["POST"], handle: mounted("/interactions") }] as const]
        : [])
    ])

    const answer = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const route = routes.get(pathOf(request.url))
      if (route === undefined) return problem(404, "there is nothing at this path")
      if (!route.methods.includes(request.method))
        return HttpServerResponse.setHeader(
          problem(405, "this method is not for this path"),
          "allow",
          route.methods.join(", ")
        )
      return yield* route.handle
    }).pipe(
      Effect.catchAllCause(cause =>
        Effect.as(Effect.logError("A request went wrong", cause), problem(500, "something went wrong"))
      )
    )
    // A span for each request would join whatever trace its headers name, whoever sent it: endpoints make their own.
    return HttpMiddleware.withTracerDisabledWhen(HttpServer.serve(answer), () => true)
  })
)

interface Route {
  readonly methods: ReadonlyArray<string>
  readonly handle: Handler
}

const pathOf = (url: string): string => {
  const path = url.split(/[?#]/, 1)[0] ?? ""
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path
}

const problem = (status: number, error: string) => HttpServerResponse.unsafeJson({ error }, { status })
