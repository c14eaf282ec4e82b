import { hostname } from "node:os"
import { Resource } from "@effect/opentelemetry/Resource"
import * as OtelTracer from "@effect/opentelemetry/Tracer"
import { getNumberFromEnv } from "@opentelemetry/core"
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
import { guarded } from "./tracer.ts"

/** Starts what is configured; the layer that it gives makes spans and logs reach it. */
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

    const telling: Array<Layer.Layer<never>> = []
    const closing: Array<() => Promise<void>> = []

    const traces = endpointOf(settings, "traces")
    if (Option.isSome(traces)) {
      watch.expect("traces")
      const exporter = yield* Effect.promise(() => spanExporter(traces.value))
      const provider = new BasicTracerProvider({
        resource,
        spanProcessors: [new BatchSpanProcessor(watch.over("traces", exporter), spanQueue())]
      })
      const tracer = yield* Effect.provideService(
        OtelTracer.make,
        OtelTracer.OtelTracer,
        provider.getTracer("mochi-discord", version)
      )
      telling.push(Layer.setTracer(guarded(tracer, scrub)))
      closing.push(() => provider.shutdown())
    }

    const logs = endpointOf(settings, "logs")
    if (Option.isSome(logs)) {
      watch.expect("logs")
      const exporter = yield* Effect.promise(() => logExporter(logs.value))
      const provider = new LoggerProvider({
        resource,
        processors: [new BatchLogRecordProcessor({ exporter: watch.over("logs", exporter), ...logBatches() })]
      })
      telling.push(Logger.add(otlpLogger(provider, scrub)))
      closing.push(() => provider.shutdown())
    }

    const metrics = endpointOf(settings, "metrics")
    const producer = yield* Effect.provideService(MetricProducer.make, Resource, resource)
    if (Option.isSome(metrics)) {
      watch.expect("metrics")
      const exporter = yield* Effect.promise(() => metricExporter(metrics.value))
      const reader = new PeriodicExportingMetricReader({
        exporter: watch.over("metrics", exporter),
        ...metricIntervals()
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
      yield* ProcessMetrics.sampled
      yield* startAtZero
    }

    yield* Effect.addFinalizer(() => closed(closing))
    return Layer.mergeAll(Layer.succeed(ExportHealth, { signals: watch.signals }), ...telling)
  })

/** Sends what waits, all signals at once; a receiver that does not answer holds the end up for two seconds. */
const closed = (closing: ReadonlyArray<() => Promise<void>>): Effect.Effect<void> =>
  Effect.promise(() => Promise.allSettled(closing.map(close => close()))).pipe(
    Effect.interruptible,
    Effect.timeoutOption(flushedWithin),
    Effect.asVoid
  )

// The SDK's classes leave these standard variables to whoever builds them.

const metricIntervals = () => {
  const exportIntervalMillis = positive("OTEL_METRIC_EXPORT_INTERVAL", 60_000)
  return {
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(positive("OTEL_METRIC_EXPORT_TIMEOUT", 30_000), exportIntervalMillis)
  }
}

/** Spans and lines that wait to be sent: the next ones are dropped. */
const mostQueuedSpans = 2048
const mostQueuedLogs = 2048
const flushedWithin = "2 seconds"

const spanQueue = () => ({ maxQueueSize: positive("OTEL_BSP_MAX_QUEUE_SIZE", mostQueuedSpans) })

const logBatches = () => ({
  maxQueueSize: positive("OTEL_BLRP_MAX_QUEUE_SIZE", mostQueuedLogs),
  maxExportBatchSize: positive("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 512),
  scheduledDelayMillis: positive("OTEL_BLRP_SCHEDULE_DELAY", 1000),
  exportTimeoutMillis: positive("OTEL_BLRP_EXPORT_TIMEOUT", 30_000)
})

const positive = (variable: string, otherwise: number): number => {
  const value = getNumberFromEnv(variable)
  return value !== undefined && value > 0 ? value : otherwise
}
