import * as Metrics from "@effect/opentelemetry/Metrics"
import type { Resource } from "@effect/opentelemetry/Resource"
import { DataPointType, type MetricData, type MetricProducer } from "@opentelemetry/sdk-metrics"
import { Effect } from "effect"

/**
 * Effect's metrics for OpenTelemetry's readers. A unit arrives as the tag `unit` and leaves as the unit alone. A count of
 * things has no unit: "1" would become the suffix `_ratio` on the way to Prometheus.
 */
export const make: Effect.Effect<MetricProducer, never, Resource> = Effect.map(
  Metrics.makeProducer,
  producer => collectingWith(producer, withoutUnitTag)
)

/** Names as Prometheus and the collector have them: with the unit as their suffix. */
export const forPrometheus = (producer: MetricProducer): MetricProducer =>
  collectingWith(producer, metric => {
    const suffix = suffixes[metric.descriptor.unit]
    return suffix === undefined
      ? metric
      : { ...metric, descriptor: { ...metric.descriptor, name: `${metric.descriptor.name}_${suffix}` } }
  })

const suffixes: Readonly<Record<string, string>> = { s: "seconds", By: "bytes" }

/** Nobody reads Effect's own histogram of how long fibers live, which has 35 buckets. */
const isWanted = ({ descriptor }: MetricData): boolean => descriptor.name !== "effect_fiber_lifetimes"

const collectingWith = (
  producer: MetricProducer,
  change: (metric: MetricData) => MetricData
): MetricProducer => ({
  collect: async options => {
    const { errors, resourceMetrics } = await producer.collect(options)
    return {
      errors,
      resourceMetrics: {
        ...resourceMetrics,
        scopeMetrics: resourceMetrics.scopeMetrics.map(({ metrics, scope }) => ({
          scope,
          metrics: metrics.filter(isWanted).map(change)
        }))
      }
    }
  }
})

const withoutUnitTag = (metric: MetricData): MetricData => {
  const unit = metric.descriptor.unit === "1" ? "" : metric.descriptor.unit
  const descriptor = { ...metric.descriptor, unit }
  // One branch for each kind, since the compiler cannot follow a kind through a mapped list of points.
  switch (metric.dataPointType) {
    case DataPointType.HISTOGRAM:
      return { ...metric, descriptor, dataPoints: metric.dataPoints.map(withoutUnit) }
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return { ...metric, descriptor, dataPoints: metric.dataPoints.map(withoutUnit) }
    case DataPointType.GAUGE:
      return { ...metric, descriptor, dataPoints: metric.dataPoints.map(withoutUnit) }
    case DataPointType.SUM:
      return { ...metric, descriptor, dataPoints: metric.dataPoints.map(withoutUnit) }
  }
}

const withoutUnit = <Point extends { readonly attributes: Readonly<Record<string, unknown>> }>(
  point: Point
): Point => {
  const { unit: _unit, ...attributes } = point.attributes
  return { ...point, attributes }
}
