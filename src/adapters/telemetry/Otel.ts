import { Effect, Layer, Option } from "effect"
import { Settings, type SettingsValues } from "../../config/Settings.ts"
import { ExportHealth, type SignalHealth } from "../../ports/ExportHealth.ts"
import { endpointOf } from "./otlpTargets.ts"

/**
 * Traces, metrics and logs to wherever the standard variables say, flushed when the layer closes. It has to be below all
 * that it is to hear of, and above the loggers through which it tells that an export fails. Where nothing is configured
 * nothing is loaded: spans keep their ids all the same.
 */
export const layer: Layer.Layer<ExportHealth, never, Settings> = Layer.unwrapScoped(
  Effect.gen(function* () {
    const settings = yield* Settings
    if (!isConfigured(settings)) return nothing
    const { open } = yield* Effect.promise(() => import("./openTelemetry.ts"))
    return yield* open(settings)
  })
)

const isConfigured = (settings: SettingsValues): boolean =>
  !settings.telemetry.disabled &&
  (settings.telemetry.metricsExporter === "prometheus" ||
    (["traces", "metrics", "logs"] as const).some(signal => Option.isSome(endpointOf(settings, signal))))

const off: SignalHealth = { state: "off" }

const nothing = Layer.succeed(ExportHealth, {
  signals: Effect.succeed({ traces: off, metrics: off, logs: off })
})
