import { it } from "@effect/vitest"
import { Effect, Schedule, Schema } from "effect"
import { expect } from "vitest"
import * as Sandbox from "../../sandbox/Sandbox.ts"
import { tour } from "../../sandbox/tour.ts"
import { freePort } from "../support/freePort.ts"
import { startProcess } from "./prometheus.ts"
import { root } from "./tools.ts"

const jaeger = process.env["JAEGER_BIN"]
const collector = process.env["OTELCOL_BIN"]

const get = (url: string) =>
  Effect.tryPromise(async () => {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${url}: ${response.status}`)
    return response.text()
  })

const ready = (url: string) =>
  get(url).pipe(Effect.retry(Schedule.spaced("100 millis")), Effect.timeout("30 seconds"), Effect.orDie)

const Traces = Schema.parseJson(
  Schema.Struct({
    data: Schema.Array(
      Schema.Struct({
        traceID: Schema.String,
        spans: Schema.Array(
          Schema.Struct({
            operationName: Schema.String,
            references: Schema.Array(Schema.Struct({ refType: Schema.String, traceID: Schema.String }))
          })
        )
      })
    )
  })
)

if (jaeger === undefined || collector === undefined) {
  it("The real collector and the real Jaeger were left out: JAEGER_BIN and OTELCOL_BIN name their programs", context => {
    context.skip("JAEGER_BIN and OTELCOL_BIN are not set")
  })
} else {
  it.scopedLive(
    "One journey goes through the real collector into the real Jaeger, metrics into its endpoint",
    () =>
      Effect.gen(function* () {
        const [grpc, query, otlp, metrics, health, own] = yield* Effect.all(
          Array.from({ length: 6 }, () => freePort)
        )
        const unused = yield* Effect.all(Array.from({ length: 9 }, () => freePort))
        const at = (port: number | undefined) => `127.0.0.1:${port}`
        yield* startProcess(jaeger, [
          `--collector.otlp.grpc.host-port=${at(grpc)}`,
          `--collector.otlp.http.host-port=${at(unused[0])}`,
          `--collector.grpc-server.host-port=${at(unused[1])}`,
          `--collector.http-server.host-port=${at(unused[2])}`,
          `--query.http-server.host-port=${at(query)}`,
          `--query.grpc-server.host-port=${at(unused[3])}`,
          `--admin.http.host-port=${at(unused[4])}`,
          `--processor.jaeger-binary.server-host-port=${at(unused[5])}`,
          `--processor.jaeger-compact.server-host-port=${at(unused[6])}`,
          `--processor.zipkin-compact.server-host-port=${at(unused[7])}`,
          `--http-server.host-port=${at(unused[8])}`,
          "--log-level=error"
        ])
        yield* startProcess(collector, [`--config=${root}/otel/collector/config.yaml`], {
          OTLP_HTTP_ENDPOINT: at(otlp),
          JAEGER_OTLP_ENDPOINT: at(grpc),
          PROMETHEUS_ENDPOINT: at(metrics),
          HEALTH_ENDPOINT: at(health),
          OWN_LOG_LEVEL: "error",
          OWN_METRICS_HOST: "127.0.0.1",
          OWN_METRICS_PORT: String(own)
        })
        const api = `http://${at(query)}/api`
        yield* ready(`${api}/services`)
        yield* ready(`http://${at(health)}/`)

        Object.assign(process.env, {
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://${at(otlp)}`,
          OTEL_BSP_SCHEDULE_DELAY: "100",
          OTEL_METRIC_EXPORT_INTERVAL: "500"
        })
        const sandbox = yield* Sandbox.make
        expect(yield* tour(sandbox, () => Effect.void, 30_000)).toEqual([])

        const tracesOf = (operation: string) =>
          Effect.flatMap(
            get(
              `${api}/traces?${new URLSearchParams({ service: "mochi-discord", operation, lookback: "1h" })}`
            ),
            Schema.decodeUnknown(Traces)
          )
        const journey = yield* tracesOf("mochi.pay create_transfer_request").pipe(
          Effect.map(({ data }) => data[0]),
          Effect.filterOrFail(
            trace =>
              trace?.spans.some(({ operationName }) => operationName === "notification.deliver") === true
          ),
          Effect.retry(Schedule.spaced("200 millis").pipe(Schedule.upTo("20 seconds")))
        )
        const names = journey?.spans.map(({ operationName }) => operationName)
        expect(names).toEqual(
          expect.arrayContaining([
            "discord.interaction kudos",
            "mochi.pay create_transfer_request",
            "webhook.receive",
            "notification.deliver",
            "discord acknowledge",
            "discord post message"
          ])
        )
        yield* tracesOf("discord.interaction approve").pipe(
          Effect.map(({ data }) =>
            data.flatMap(({ spans }) => spans.flatMap(({ references }) => references))
          ),
          Effect.filterOrFail(links =>
            links.some(({ refType, traceID }) => refType === "FOLLOWS_FROM" && traceID === journey?.traceID)
          ),
          Effect.retry(Schedule.spaced("200 millis").pipe(Schedule.upTo("20 seconds")))
        )

        const page = yield* get(`http://${at(metrics)}/metrics`).pipe(
          Effect.filterOrFail(text => text.includes("kudos_requests_total")),
          Effect.retry(Schedule.spaced("200 millis").pipe(Schedule.upTo("20 seconds")))
        )
        for (const name of [
          "discord_interaction_duration_seconds_bucket",
          "notification_oldest_age_seconds",
          "process_cpu_time_seconds_total",
          "nodejs_eventloop_utilization",
          "mochi_client_duration_seconds_count"
        ])
          expect(page).toMatch(new RegExp(`^${name}[{ ]`, "m"))
      })
  )
}
