import { hostname } from "node:os"
import { Resource } from "@effect/opentelemetry/Resource"
import * as OtelTracer from "@effect/opentelemetry/Tracer"
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources"
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs"
import { PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { Effect, Layer, Logger, Option } from "effect"
import type { Scope } from "effect"
import { version } from "../../config/version.ts"
import type { SettingsValues } from "../../config/Settings.ts"
import { ExportHealth } from "../../ports/ExportHealth.ts"
import { startAtZero } from "../../telemetry/metrics.ts"
import { diagnosticsThrough } from "./diagnostics.ts"
import * as ExportWatch from "./exportWatch.ts"
import * as MetricProducer from "./metricProducer.ts"
import { logExporter, metricExporter, spanExporter } from "./otlpExporters.ts"
import { otlpLogger } from "./otlpLogger.ts"
import { endpointOf } from "./otlpTargets.ts"
import * as ProcessMetrics from "./processMetrics.ts"
import * as PrometheusEndpoint from "./prometheusEndpoint.ts"
import { scrubWith } from "./scrub.ts"
import { spanGuard } from "./spanGuard.ts"
import { statementSpans } from "./statementSpans.ts"

/** Starts the exports that the settings ask for; spans and logs reach them through the layer. */
export const open = (
  settings: SettingsValues
): Effect.Effect<Layer.Layer<ExportHealth>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scrub = scrubWith(settings)
    const watch = yield* ExportWatch.make
    yield* diagnosticsThrough(scrub)
    const resource = resourceFromAttributes({
      "service.name": settings.telemetry.serviceName,
      "service.version": version,
      "service.instance.id": crypto.randomUUID(),
      "host.name": hostname()
    }).merge(detectResources({ detectors: [envDetector] }))

    const exports: Array<Layer.Layer<never>> = []
    const closing: Array<() => Promise<void>> = []

    const traces = endpointOf(settings, "traces")
    if (Option.isSome(traces)) {
      watch.expect("traces")
      const exporter = yield* Effect.promise(() => spanExporter(settings, traces.value))
      const provider = new BasicTracerProvider({
        resource,
        spanProcessors: [
          new BatchSpanProcessor(watch.over("traces", exporter), settings.telemetry.spanBatches)
        ]
      })
      const tracer = yield* Effect.provideService(
        OtelTracer.make,
        OtelTracer.OtelTracer,
        provider.getTracer("mochi-discord", version)
      )
      const guarded = spanGuard(tracer, scrub)
      exports.push(Layer.setTracer(settings.telemetry.everyStatement ? guarded : statementSpans(guarded)))
      closing.push(() => provider.shutdown())
    }

    const logs = endpointOf(settings, "logs")
    if (Option.isSome(logs)) {
      watch.expect("logs")
      const exporter = yield* Effect.promise(() => logExporter(settings, logs.value))
      const provider = new LoggerProvider({
        resource,
        processors: [
          new BatchLogRecordProcessor({
            exporter: watch.over("logs", exporter),
            ...settings.telemetry.logBatches
          })
        ]
      })
      exports.push(Logger.add(otlpLogger(provider, scrub)))
      closing.push(() => provider.shutdown())
    }

    const metrics = endpointOf(settings, "metrics")
    const producer = yield* Effect.provideService(MetricProducer.make, Resource, resource)
    if (Option.isSome(metrics)) {
      watch.expect("metrics")
      const exporter = yield* Effect.promise(() => metricExporter(settings, metrics.value))
      const reader = new PeriodicExportingMetricReader({
        exporter: watch.over("metrics", exporter),
        ...metricExportOf(settings)
      })
      reader.setMetricProducer(producer)
      closing.push(() => reader.shutdown())
    }
    const { metricsExporter, prometheusHost: host, prometheusPort: port } = settings.telemetry
    if (metricsExporter === "prometheus") {
      watch.expect("metrics")
      yield* PrometheusEndpoint.serve({ host, port }, producer, watch)
    }
    if (Option.isSome(metrics) || metricsExporter === "prometheus") {
      yield* ProcessMetrics.sampling
      yield* startAtZero
    }

    yield* Effect.addFinalizer(() => closeAll(closing))
    return Layer.mergeAll(Layer.succeed(ExportHealth, { signals: watch.signals }), ...exports)
  })

/** Sends what waits, all signals at once. A receiver that does not answer delays the end by two seconds at most. */
const closeAll = (closing: ReadonlyArray<() => Promise<void>>): Effect.Effect<void> =>
  Effect.promise(() => Promise.allSettled(closing.map(close => close()))).pipe(
    Effect.interruptible,
    Effect.timeoutOption(flushedWithin),
    Effect.asVoid
  )

const flushedWithin = "2 seconds"

/** A try may last no longer than the time to the next. */
const metricExportOf = ({ telemetry: { metricExport } }: SettingsValues) => ({
  ...metricExport,
  exportTimeoutMillis: Math.min(metricExport.exportTimeoutMillis, metricExport.exportIntervalMillis)
})
