/** Receives OTLP over HTTP on loopback, protobuf or JSON, and keeps it as bytes and as plain records. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { gunzipSync } from "node:zlib"
import { Effect, Schema } from "effect"
import type { Scope } from "effect"
import { requests } from "./otlpMessages.ts"
import { decodeMessage } from "./protobuf.ts"

export type ReceivedAttributes = Readonly<Record<string, unknown>>

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for a root span. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer"
  readonly status: "unset" | "ok" | "error"
  readonly statusMessage: string
  readonly attributes: ReceivedAttributes
  readonly resource: ReceivedAttributes
  readonly links: ReadonlyArray<{ readonly traceId: string; readonly spanId: string }>
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: ReceivedAttributes }>
  readonly durationMillis: number
}

export interface ReceivedMetric {
  readonly name: string
  readonly unit: string
  readonly kind: "gauge" | "sum" | "histogram"
  readonly points: ReadonlyArray<{
    readonly attributes: ReceivedAttributes
    /** For a histogram its sum. */
    readonly value: number
    readonly count?: number
    readonly bounds?: ReadonlyArray<number>
  }>
}

export interface ReceivedLog {
  readonly body: unknown
  readonly severityText: string
  readonly severityNumber: number
  readonly traceId: string
  readonly spanId: string
  readonly attributes: ReceivedAttributes
}

export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string
  readonly spans: Array<ReceivedSpan>
  readonly metrics: Array<ReceivedMetric>
  readonly logs: Array<ReceivedLog>
  /** Every request, with its headers and its decompressed body, for searches. */
  readonly raw: Array<string>
  readonly paths: Array<string>
  /** The status of the next answers. `hang`: no answer until the receiver closes. */
  answer: number | "hang"
}

export const otlpReceiver: Effect.Effect<OtlpReceiver, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.async<{ readonly server: Server; readonly receiver: OtlpReceiver }>(resume => {
      const received = { spans: [], metrics: [], logs: [], raw: [], paths: [], answer: 200 as const }
      const receiver: { -readonly [Key in keyof OtlpReceiver]: OtlpReceiver[Key] } = {
        endpoint: "",
        ...received
      }
      const server = createServer((request, response) => {
        const parts: Array<Buffer> = []
        request.on("data", part => parts.push(part))
        request.on("end", () => take(receiver, request, Buffer.concat(parts), response))
      })
      server.listen({ host: "127.0.0.1", port: 0 }, () => {
        const address = server.address()
        if (typeof address !== "object" || address === null) throw new Error("no address")
        receiver.endpoint = `http://127.0.0.1:${address.port}`
        resume(Effect.succeed({ server, receiver }))
      })
    }),
    ({ server }) =>
      Effect.async<void>(resume => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  ),
  ({ receiver }) => receiver
)

const take = (receiver: OtlpReceiver, request: IncomingMessage, packed: Buffer, response: ServerResponse) => {
  const path = request.url ?? ""
  const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(packed) : packed
  receiver.paths.push(path)
  receiver.raw.push(JSON.stringify(request.headers), body.toString("latin1"))
  if (receiver.answer === "hang") return
  if (receiver.answer === 200) keep(receiver, path, body, String(request.headers["content-type"]))
  response.writeHead(receiver.answer, { "content-type": String(request.headers["content-type"]) }).end()
}

const keep = (receiver: OtlpReceiver, path: string, body: Buffer, contentType: string) => {
  const signal = Schema.decodeUnknownSync(Signal)(/\/v1\/(\w+)$/.exec(path)?.[1])
  const json = contentType.includes("json")
    ? JSON.parse(body.toString())
    : decodeMessage(requests[signal], body)
  const decoded = Schema.decodeUnknownSync(Request)(json)
  for (const { resource, scopeSpans } of decoded.resourceSpans)
    for (const { spans } of scopeSpans) receiver.spans.push(...spans.map(span => spanOf(span, resource)))
  for (const { scopeMetrics } of decoded.resourceMetrics)
    for (const { metrics } of scopeMetrics) receiver.metrics.push(...metrics.map(metricOf))
  for (const { scopeLogs } of decoded.resourceLogs)
    for (const { logRecords } of scopeLogs)
      receiver.logs.push(
        ...logRecords.map(({ body, ...log }) => ({
          ...log,
          attributes: record(log.attributes),
          body: plain(body)
        }))
      )
}

const list = <A, I>(item: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.Array(item), { default: () => [] })
const text = Schema.optionalWith(Schema.String, { default: () => "" })
const integer = Schema.optionalWith(Schema.Number, { default: () => 0 })
const wide = Schema.optionalWith(Schema.Union(Schema.Number, Schema.NumberFromString), { default: () => 0 })

const Signal = Schema.Literal("traces", "metrics", "logs")
const AnyValue = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const Attribute = Schema.Struct({ key: Schema.String, value: Schema.optional(AnyValue) })
const Attributes = list(Attribute)
const Resource = Schema.optionalWith(Schema.Struct({ attributes: Attributes }), {
  default: () => ({ attributes: [] })
})
const Span = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.String,
  parentSpanId: text,
  name: Schema.String,
  kind: integer,
  startTimeUnixNano: Schema.Union(Schema.String, Schema.Number),
  endTimeUnixNano: Schema.Union(Schema.String, Schema.Number),
  attributes: Attributes,
  events: list(Schema.Struct({ name: text, attributes: Attributes })),
  links: list(Schema.Struct({ traceId: Schema.String, spanId: Schema.String })),
  status: Schema.optionalWith(Schema.Struct({ code: integer, message: text }), {
    default: () => ({ code: 0, message: "" })
  })
})
const Numbers = Schema.Struct({
  dataPoints: list(
    Schema.Struct({
      attributes: Attributes,
      asDouble: Schema.optional(Schema.Number),
      asInt: Schema.optional(Schema.Union(Schema.Number, Schema.NumberFromString))
    })
  )
})
const Histogram = Schema.Struct({
  dataPoints: list(
    Schema.Struct({ attributes: Attributes, count: wide, sum: wide, explicitBounds: list(Schema.Number) })
  )
})
const MetricOnWire = Schema.Struct({
  name: Schema.String,
  unit: text,
  gauge: Schema.optional(Numbers),
  sum: Schema.optional(Numbers),
  histogram: Schema.optional(Histogram)
})
const LogRecord = Schema.Struct({
  body: Schema.optional(AnyValue),
  severityText: text,
  severityNumber: integer,
  traceId: text,
  spanId: text,
  attributes: Attributes
})
const Request = Schema.Struct({
  resourceSpans: list(
    Schema.Struct({ resource: Resource, scopeSpans: list(Schema.Struct({ spans: list(Span) })) })
  ),
  resourceMetrics: list(
    Schema.Struct({ scopeMetrics: list(Schema.Struct({ metrics: list(MetricOnWire) })) })
  ),
  resourceLogs: list(Schema.Struct({ scopeLogs: list(Schema.Struct({ logRecords: list(LogRecord) })) }))
})

const kinds = ["internal", "internal", "server", "client", "producer", "consumer"] as const
const statuses = ["unset", "ok", "error"] as const

const spanOf = (
  span: typeof Span.Type,
  resource: { readonly attributes: ReadonlyArray<typeof Attribute.Type> }
): ReceivedSpan => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  kind: kinds[span.kind] ?? "internal",
  status: statuses[span.status.code] ?? "unset",
  statusMessage: span.status.message,
  attributes: record(span.attributes),
  resource: record(resource.attributes),
  links: span.links,
  events: span.events.map(event => ({ name: event.name, attributes: record(event.attributes) })),
  durationMillis: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6
})

const metricOf = ({ gauge, histogram, name, sum, unit }: typeof MetricOnWire.Type): ReceivedMetric => ({
  name,
  unit,
  kind: gauge ? "gauge" : sum ? "sum" : "histogram",
  points: [
    ...[...(gauge?.dataPoints ?? []), ...(sum?.dataPoints ?? [])].map(point => ({
      attributes: record(point.attributes),
      value: point.asDouble ?? point.asInt ?? 0
    })),
    ...(histogram?.dataPoints ?? []).map(point => ({
      attributes: record(point.attributes),
      value: point.sum,
      count: point.count,
      bounds: point.explicitBounds
    }))
  ]
})

const record = (attributes: ReadonlyArray<typeof Attribute.Type>): ReceivedAttributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))

const plain = (value: typeof AnyValue.Type | undefined): unknown =>
  value === undefined ? undefined : "intValue" in value ? Number(value["intValue"]) : Object.values(value)[0]
