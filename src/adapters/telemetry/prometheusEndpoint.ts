import type { RequestListener, Server, ServerResponse } from "node:http"
import type { MetricProducer } from "@opentelemetry/sdk-metrics"
import { Effect, Runtime, Schedule, Schema } from "effect"
import type { Scope } from "effect"
import * as BoundedServer from "../process/boundedServer.ts"
import type { ExportWatch } from "./exportWatch.ts"
import { forPrometheus } from "./metricProducer.ts"

class AddressUnavailable extends Schema.TaggedError<AddressUnavailable>()("AddressUnavailable", {
  code: Schema.String
}) {}

/** Serves `/metrics`. If another process has the address, this tries again until it is free; the service does not wait. */
export const serve = (
  address: { readonly host: string; readonly port: number },
  producer: MetricProducer,
  watch: ExportWatch
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { PrometheusSerializer } = yield* Effect.promise(() => import("@opentelemetry/exporter-prometheus"))
    const source = forPrometheus(producer)
    const serializer = new PrometheusSerializer(undefined, false, undefined, false, true)
    const page = async () => serializer.serialize((await source.collect()).resourceMetrics)
    let isLogged = false
    yield* listening(address, page).pipe(
      Effect.tap(port => {
        watch.succeeded("metrics")
        return Effect.annotateLogs(Effect.logInfo("metrics_endpoint_listening"), {
          host: address.host,
          port
        })
      }),
      Effect.zipRight(Effect.never),
      Effect.scoped,
      Effect.tapError(({ code }) => {
        watch.failed("metrics", Object.assign(new Error(code), { code }))
        if (isLogged) return Effect.void
        isLogged = true
        return Effect.annotateLogs(Effect.logError("metrics_endpoint_unavailable"), {
          ...address,
          reason: code,
          hint: "another process may listen there: set OTEL_EXPORTER_PROMETHEUS_PORT"
        })
      }),
      Effect.retry(Schedule.spaced("10 seconds")),
      Effect.forkScoped
    )
  })

const listening = (
  { host, port }: { readonly host: string; readonly port: number },
  page: () => Promise<string>
): Effect.Effect<number, AddressUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime()
    const log = (error: unknown) => {
      Runtime.runFork(runtime)(Effect.logError("The metrics endpoint went wrong", error))
    }
    const server = yield* Effect.acquireRelease(
      Effect.async<Server, AddressUnavailable>(resume => {
        const server = BoundedServer.make(log)
        server.on("request", answering(page, log))
        server.once("error", (error: NodeJS.ErrnoException) =>
          resume(Effect.fail(new AddressUnavailable({ code: error.code ?? error.name })))
        )
        server.listen({ host, port }, () => resume(Effect.succeed(server)))
      }),
      server =>
        Effect.async<void>(resume => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const bound = server.address()
    return typeof bound === "object" && bound !== null ? bound.port : port
  })

/** Nobody catches what a listener throws: it would end the process. */
const answering =
  (page: () => Promise<string>, log: (error: unknown) => void): RequestListener =>
  (request, response) => {
    try {
      const path = (request.url ?? "").split(/[?#]/, 1)[0] ?? ""
      if (path.replace(/(?<=.)\/$/, "") !== "/metrics") return end(response, 404)
      if (request.method !== "GET" && request.method !== "HEAD") return end(response, 405)
      page().then(
        text => end(response, 200, text),
        (error: unknown) => {
          log(error)
          end(response, 500)
        }
      )
    } catch (error) {
      log(error)
      end(response, 400)
    }
  }

const end = (response: ServerResponse, status: number, text = ""): void => {
  response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text)
}
