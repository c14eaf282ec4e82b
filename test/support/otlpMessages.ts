/** The messages of OTLP 1.x that carry spans, metrics and log records; field numbers from opentelemetry-proto. */
import type { Message } from "./protobuf.ts"

const anyValue: Record<number, Message[number]> = {
  1: ["stringValue", "string"],
  2: ["boolValue", "bool"],
  3: ["intValue", "varint"],
  4: ["doubleValue", "double"]
}
anyValue[5] = ["arrayValue", { 1: ["values", anyValue, "repeated"] }]

const attributes = ["attributes", { 1: ["key", "string"], 2: ["value", anyValue] }, "repeated"] as const
const resource = ["resource", { 1: attributes }] as const

const span: Message = {
  1: ["traceId", "hex"],
  2: ["spanId", "hex"],
  4: ["parentSpanId", "hex"],
  5: ["name", "string"],
  6: ["kind", "varint"],
  7: ["startTimeUnixNano", "fixed64"],
  8: ["endTimeUnixNano", "fixed64"],
  9: attributes,
  11: ["events", { 1: ["timeUnixNano", "fixed64"], 2: ["name", "string"], 3: attributes }, "repeated"],
  13: ["links", { 1: ["traceId", "hex"], 2: ["spanId", "hex"], 4: attributes }, "repeated"],
  15: ["status", { 2: ["message", "string"], 3: ["code", "varint"] }]
}

const numbers = [
  "dataPoints",
  { 4: ["asDouble", "double"], 6: ["asInt", "fixed64"], 7: attributes },
  "repeated"
] as const

const histogramPoint: Message = {
  4: ["count", "fixed64"],
  5: ["sum", "double"],
  6: ["bucketCounts", "fixed64s"],
  7: ["explicitBounds", "doubles"],
  9: attributes
}

const metric: Message = {
  1: ["name", "string"],
  2: ["description", "string"],
  3: ["unit", "string"],
  5: ["gauge", { 1: numbers }],
  7: ["sum", { 1: numbers, 2: ["aggregationTemporality", "varint"], 3: ["isMonotonic", "bool"] }],
  9: ["histogram", { 1: ["dataPoints", histogramPoint, "repeated"] }]
}

const logRecord: Message = {
  1: ["timeUnixNano", "fixed64"],
  2: ["severityNumber", "varint"],
  3: ["severityText", "string"],
  5: ["body", anyValue],
  6: attributes,
  9: ["traceId", "hex"],
  10: ["spanId", "hex"]
}

export const requests = {
  traces: {
    1: [
      "resourceSpans",
      { 1: resource, 2: ["scopeSpans", { 2: ["spans", span, "repeated"] }, "repeated"] },
      "repeated"
    ]
  },
  metrics: {
    1: [
      "resourceMetrics",
      { 1: resource, 2: ["scopeMetrics", { 2: ["metrics", metric, "repeated"] }, "repeated"] },
      "repeated"
    ]
  },
  logs: {
    1: [
      "resourceLogs",
      { 1: resource, 2: ["scopeLogs", { 2: ["logRecords", logRecord, "repeated"] }, "repeated"] },
      "repeated"
    ]
  }
} as const satisfies Record<string, Message>
