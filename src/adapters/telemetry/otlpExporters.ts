import type { LogRecordExporter } from "@opentelemetry/sdk-logs"
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import type { SettingsValues } from "../../config/Settings.ts"

// Each package is loaded when it is needed: together they take half a second.

export const spanExporter = async ({ telemetry }: SettingsValues, url: string): Promise<SpanExporter> => {
  switch (telemetry.tracesProtocol) {
    case "grpc":
      return new (await import("@opentelemetry/exporter-trace-otlp-grpc")).OTLPTraceExporter({ url })
    case "http/json":
      return new (await import("@opentelemetry/exporter-trace-otlp-http")).OTLPTraceExporter({ url })
    case "http/protobuf":
      return new (await import("@opentelemetry/exporter-trace-otlp-proto")).OTLPTraceExporter({ url })
  }
}

export const metricExporter = async (
  { telemetry }: SettingsValues,
  url: string
): Promise<PushMetricExporter> => {
  switch (telemetry.metricsProtocol) {
    case "grpc":
      return new (await import("@opentelemetry/exporter-metrics-otlp-grpc")).OTLPMetricExporter({ url })
    case "http/json":
      return new (await import("@opentelemetry/exporter-metrics-otlp-http")).OTLPMetricExporter({ url })
    case "http/protobuf":
      return new (await import("@opentelemetry/exporter-metrics-otlp-proto")).OTLPMetricExporter({ url })
  }
}

export const logExporter = async ({ telemetry }: SettingsValues, url: string): Promise<LogRecordExporter> => {
  switch (telemetry.logsProtocol) {
    case "grpc":
      return new (await import("@opentelemetry/exporter-logs-otlp-grpc")).OTLPLogExporter({ url })
    case "http/json":
      return new (await import("@opentelemetry/exporter-logs-otlp-http")).OTLPLogExporter({ url })
    case "http/protobuf":
      return new (await import("@opentelemetry/exporter-logs-otlp-proto")).OTLPLogExporter({ url })
  }
}
