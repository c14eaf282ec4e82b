import type { LogRecordExporter } from "@opentelemetry/sdk-logs"
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import { protocolOf } from "./otlpTargets.ts"

// Packages are loaded when they are needed: all of them together take half a second.

export const spanExporter = async (url: string): Promise<SpanExporter> => {
  switch (protocolOf("traces")) {
    case "grpc":
      return new (await import("@opentelemetry/exporter-trace-otlp-grpc")).OTLPTraceExporter({ url })
    case "http/json":
      return new (await import("@opentelemetry/exporter-trace-otlp-http")).OTLPTraceExporter({ url })
    case "http/protobuf":
      return new (await import("@opentelemetry/exporter-trace-otlp-proto")).OTLPTraceExporter({ url })
  }
}

export const metricExporter = async (url: string): Promise<PushMetricExporter> => {
  switch (protocolOf("metrics")) {
    case "grpc":
      return new (await import("@opentelemetry/exporter-metrics-otlp-grpc")).OTLPMetricExporter({ url })
    case "http/json":
      return new (await import("@opentelemetry/exporter-metrics-otlp-http")).OTLPMetricExporter({ url })
    case "http/protobuf":
      return new (await import("@opentelemetry/exporter-metrics-otlp-proto")).OTLPMetricExporter({ url })
  }
}

export const logExporter = async (url: string): Promise<LogRecordExporter> => {
  switch (protocolOf("logs")) {
    case "grpc":
      return new (await import("@opentelemetry/exporter-logs-otlp-grpc")).OTLPLogExporter({ url })
    case "http/json":
      return new (await import("@opentelemetry/exporter-logs-otlp-http")).OTLPLogExporter({ url })
    case "http/protobuf":
      return new (await import("@opentelemetry/exporter-logs-otlp-proto")).OTLPLogExporter({ url })
  }
}
