import { createServer, type Server } from "node:http"
import { it } from "@effect/vitest"
import { Duration, Effect, Metric, Schedule } from "effect"
import { expect } from "vitest"
import { ExportHealth } from "../../../src/ports/ExportHealth.ts"
import * as Metrics from "../../../src/telemetry/metrics.ts"
import { freePort } from "../../support/freePort.ts"
import * as RawHttp from "../../support/rawHttp.ts"
import { linesOf, telemetry } from "./telemetryUnderTest.ts"

const listen = Effect.acquireRelease(
  Effect.async<Server>(resume => {
    const server = createServer()
    server.listen({ host: "127.0.0.1", port: 0 }, () => resume(Effect.succeed(server)))
  }),
  server =>
    Effect.async<void>(resume => {
      server.close(() => resume(Effect.void))
    })
)

const portOf = (server: Server): number => {
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("not listening")
  return address.port
}

const endpoint = (port: number) =>
  telemetry({
    OTEL_METRICS_EXPORTER: "prometheus",
    OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port)
  })

const get = (url: string, method = "GET") =>
  Effect.tryPromise(() => fetch(url, { method })).pipe(Effect.retry(Schedule.spaced("10 millis")))

it.scopedLive(
  "The endpoint serves every metric with its unit and its attributes, and nothing but /metrics",
  () =>
    Effect.gen(function* () {
      const port = yield* freePort
      yield* linesOf(
        Effect.gen(function* () {
          yield* Metrics.interactionAcknowledged("autocomplete", Duration.millis(80))
          yield* Metrics.kudosCreated("USDC", 10.5)
          yield* Metric.set(Metrics.notificationOldestAge, 3)
          const response = yield* get(`http://127.0.0.1:${port}/metrics`)
          expect(response.headers.get("content-type")).toContain("version=0.0.4")
          const page = (yield* Effect.promise(() => response.text())).split("\n")
          expect(page).toContain(
            'discord_interaction_ack_duration_seconds_bucket{interaction_type="autocomplete",le="0.1"} 1'
          )
          expect(page).toContain('kudos_volume_total{token="USDC"} 10.5')
          expect(page).toContain("notification_oldest_age_seconds 3")
          expect((yield* get(`http://127.0.0.1:${port}/`)).status).toBe(404)
          expect((yield* get(`http://127.0.0.1:${port}/metrics`, "POST")).status).toBe(405)
        }).pipe(Effect.provide(endpoint(port)))
      )
      const closed = yield* Effect.flip(Effect.tryPromise(() => fetch(`http://127.0.0.1:${port}/metrics`)))
      expect(closed._tag).toBe("UnknownException")
    })
)

it.scopedLive("No request target ends the process, whatever it is made of (A3)", () =>
  Effect.gen(function* () {
    const port = yield* freePort
    yield* linesOf(
      Effect.gen(function* () {
        yield* get(`http://127.0.0.1:${port}/metrics`)
        for (const target of [
          "//",
          "///metrics",
          "http://[",
          "http://a:b/",
          "/%",
          "*",
          "/metrics/..",
          "\\\\",
          "//@"
        ]) {
          const said = yield* RawHttp.exchange(
            port,
            `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
          )
          expect([target, said.split("\r\n", 1)[0]]).toEqual([
            target,
            expect.stringMatching(/^HTTP\/1\.1 40[04] /)
          ])
        }
        for (const target of ["/metrics", "/metrics?a=b", "/metrics/"])
          expect((yield* get(`http://127.0.0.1:${port}${target}`)).status).toBe(200)
      }).pipe(Effect.provide(endpoint(port)))
    )
  })
)

it.scopedLive(
  "An address that is taken is a line in the log and a failing signal, not the end of the service",
  () =>
    Effect.gen(function* () {
      const port = portOf(yield* listen)
      const [state, lines] = yield* linesOf(
        Effect.flatMap(ExportHealth, ({ signals }) => signals).pipe(
          Effect.filterOrFail(({ metrics }) => metrics.state === "failing"),
          Effect.retry(Schedule.spaced("5 millis")),
          Effect.provide(endpoint(port))
        )
      )
      expect(state.metrics).toMatchObject({ state: "failing", reason: "EADDRINUSE" })
      expect(lines.map(line => JSON.parse(line))).toContainEqual(
        expect.objectContaining({
          level: "error",
          message: "metrics_endpoint_unavailable",
          port,
          reason: "EADDRINUSE"
        })
      )
    })
)
