import { Context, Effect, Layer } from "effect"
import * as Sandbox from "../../sandbox/Sandbox.ts"
import { otlpReceiver } from "../support/otlpReceiver.ts"
import type { OtlpReceiver } from "../support/otlpReceiver.ts"
import { freePort } from "../support/freePort.ts"
import { startPrometheus } from "./prometheus.ts"
import type { Prometheus } from "./prometheus.ts"
import { traffic } from "./traffic.ts"

/** The composed service in its own process, with traffic behind it: seen by OTLP and by a real Prometheus. */
export class WatchedSandbox extends Context.Tag("test/WatchedSandbox")<
  WatchedSandbox,
  {
    readonly sandbox: Sandbox.Sandbox
    readonly receiver: OtlpReceiver
    readonly prometheus: Prometheus
    /** What people saw and should not have. */
    readonly differences: ReadonlyArray<string>
  }
>() {}

export const layer = Layer.scoped(
  WatchedSandbox,
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    const port = yield* freePort
    // The sandbox hands these variables on to the service.
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_METRICS_EXPORTER: "prometheus",
      OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      OTEL_BSP_SCHEDULE_DELAY: "100",
      OTEL_BLRP_SCHEDULE_DELAY: "100",
      LOG_LEVEL: "debug"
    })
    // No collector runs here: something has to be scraped under its name.
    const prometheus = yield* startPrometheus({ "mochi-discord": port, collector: port })
    const sandbox = yield* Sandbox.make
    const differences = yield* Effect.orDie(traffic(sandbox))
    return { sandbox, receiver, prometheus, differences }
  })
)
