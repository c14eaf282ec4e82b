import { Effect, Layer, Option } from "effect"
import { Settings, type SettingsValues } from "../../config/Settings.ts"
import { ExportHealth, type SignalHealth } from "../../ports/ExportHealth.ts"
import { endpointOf } from "./otlpTargets.ts"

/**
 * Sends traces, metrics and logs to the addresses in the standard variables, and what is left when the layer closes. Layers
 * whose spans and logs should be sent stand above it, and the loggers below it: through them it says that an export fails.
 * If nothing is configured, it loads nothing; spans have their ids all the same.
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
