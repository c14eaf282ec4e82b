import { Config, Option } from "effect"
import { accessSync, constants } from "node:fs"
import * as Variable from "./parsers.ts"

const { optional, withDefault } = Variable
const url = Variable.httpUrlForm
const signals = ["TRACES", "METRICS", "LOGS"] as const

const destinations = Config.all({
  disabled: withDefault("OTEL_SDK_DISABLED", "true or false", Variable.flag, false),
  serviceName: withDefault("OTEL_SERVICE_NAME", "a name", Option.some<string>, "mochi-discord"),
  endpoint: optional("OTEL_EXPORTER_OTLP_ENDPOINT", url, Variable.httpUrl),
  tracesEndpoint: optional("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url, Variable.httpUrl),
  metricsEndpoint: optional("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", url, Variable.httpUrl),
  logsEndpoint: optional("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", url, Variable.httpUrl),
  tracesExporter: withDefault(
    "OTEL_TRACES_EXPORTER",
    "otlp or none",
    Variable.choice("otlp", "none"),
    "otlp"
  ),
  metricsExporter: withDefault(
    "OTEL_METRICS_EXPORTER",
    "otlp, prometheus or none",
    Variable.choice("otlp", "prometheus", "none"),
    "otlp"
  ),
  logsExporter: withDefault("OTEL_LOGS_EXPORTER", "otlp or none", Variable.choice("otlp", "none"), "otlp"),
  prometheusHost: withDefault(
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    Variable.addressForm,
    Variable.word,
    "localhost"
  ),
  prometheusPort: withDefault("OTEL_EXPORTER_PROMETHEUS_PORT", Variable.portForm, Variable.port, 9464)
})

/** Upper and lower case as written here, unlike `choice`: the SDK knows no other spelling. */
const exactly =
  <const Names extends ReadonlyArray<string>>(...names: Names): Variable.Parse<Names[number]> =>
  raw =>
    Option.fromNullable(names.find(name => name === raw))

const protocol = (name: string) =>
  optional(name, "grpc, http/protobuf or http/json", exactly("grpc", "http/protobuf", "http/json"))

/** The SDK leaves the choice of exporter to its caller: a signal's own variable wins over the common one. */
const protocols = Config.all({
  common: protocol("OTEL_EXPORTER_OTLP_PROTOCOL"),
  traces: protocol("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"),
  metrics: protocol("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"),
  logs: protocol("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL")
}).pipe(
  Config.map(({ common, logs, metrics, traces }) => {
    const orCommon = (own: typeof common) =>
      Option.getOrElse(
        Option.orElse(own, () => common),
        () => "http/protobuf" as const
      )
    return {
      tracesProtocol: orCommon(traces),
      metricsProtocol: orCommon(metrics),
      logsProtocol: orCommon(logs)
    }
  })
)

/** The longest that Node's timers can wait, in milliseconds. */
const longest = 2_147_483_647

const wholeNumber = (name: string, least: number) =>
  optional(name, `a whole number from ${least}`, Variable.integerBetween(least, longest))

const positive = (name: string, fallback: number) =>
  Config.map(
    wholeNumber(name, 1),
    Option.getOrElse(() => fallback)
  )

/** Spans and log lines that wait to be sent: the SDK drops what comes on top. */
const mostQueuedSpans = 2048
const mostQueuedLogs = 2048

/** How much of a signal waits, and for how many milliseconds: the SDK's classes leave these variables to their caller. */
const batches = Config.all({
  spanBatches: Config.all({ maxQueueSize: positive("OTEL_BSP_MAX_QUEUE_SIZE", mostQueuedSpans) }),
  logBatches: Config.all({
    maxQueueSize: positive("OTEL_BLRP_MAX_QUEUE_SIZE", mostQueuedLogs),
    maxExportBatchSize: positive("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 512),
    scheduledDelayMillis: positive("OTEL_BLRP_SCHEDULE_DELAY", 1000),
    exportTimeoutMillis: positive("OTEL_BLRP_EXPORT_TIMEOUT", 30_000)
  }),
  metricExport: Config.all({
    exportIntervalMillis: positive("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
    exportTimeoutMillis: positive("OTEL_METRIC_EXPORT_TIMEOUT", 30_000)
  })
})

/** The common variable, and the one that each signal has of its own. */
const ofSignals = <A>(name: string, expected: string, parse: Variable.Parse<A>) =>
  ["", ...signals.map(signal => `${signal}_`)].map(signal =>
    optional(`OTEL_EXPORTER_OTLP_${signal}${name}`, expected, parse)
  )

/** As the SDK decodes them: if one pair is wrong, it ignores the whole list. */
const attributes: Variable.Parse<string> = raw =>
  pairsOf(raw, pair => {
    const [name = "", value = "", ...more] = pair.split("=").map(part => decodeURIComponent(part.trim()))
    return name !== "" && more.length === 0 && Math.max(name.length, value.length) <= 255
  })

const headers: Variable.Parse<string> = raw =>
  pairsOf(raw, pair => {
    const at = pair.indexOf("=")
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)].map(part => decodeURIComponent(part.trim()))
    return at > 0 && /^[!#$%&'*+.^`|~\w-]+$/.test(name ?? "") && /^[\t -~]*$/.test(value ?? "")
  })

const pairsOf = (raw: string, isPair: (pair: string) => boolean): Option.Option<string> => {
  try {
    return raw.split(",").every(pair => pair.trim() === "" || (pair.includes("=") && isPair(pair)))
      ? Option.some(raw)
      : Option.none()
  } catch {
    return Option.none()
  }
}

const readableFile: Variable.Parse<string> = path => {
  try {
    accessSync(path, constants.R_OK)
    return Option.some(path)
  } catch {
    return Option.none()
  }
}

const pairsForm = "name=value pairs, separated by commas; special characters as %xx"

const ratio: Variable.Parse<number> = raw =>
  /^(0|1|[01]?\.\d{1,15})$/.test(raw) && Number(raw) <= 1 ? Option.some(Number(raw)) : Option.none()

/**
 * The SDK alone reads these variables, from the process's environment. It silently ignores a value that it does not
 * understand: so the start checks them here, and keeps none.
 */
const readByTheSdk: ReadonlyArray<Config.Config<unknown>> = [
  ...ofSignals("TIMEOUT", "milliseconds from 1", Variable.integerBetween(1, longest)),
  ...ofSignals("COMPRESSION", "gzip or none", exactly("gzip", "none")),
  ...ofSignals("HEADERS", pairsForm, headers),
  ...ofSignals("CERTIFICATE", "a file that can be read", readableFile),
  ...ofSignals("CLIENT_CERTIFICATE", "a file that can be read", readableFile),
  ...ofSignals("CLIENT_KEY", "a file that can be read", readableFile),
  ...ofSignals("INSECURE", "true or false", Variable.flag),
  optional(
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    "cumulative, delta or lowmemory",
    Variable.choice("cumulative", "delta", "lowmemory")
  ),
  optional("OTEL_RESOURCE_ATTRIBUTES", pairsForm, attributes),
  optional(
    "OTEL_TRACES_SAMPLER",
    "always_on, always_off, traceidratio, or one of these with parentbased_ before it",
    exactly(...["always_on", "always_off", "traceidratio"].flatMap(name => [name, `parentbased_${name}`]))
  ),
  optional("OTEL_TRACES_SAMPLER_ARG", "a number from 0 to 1", ratio),
  ...["SCHEDULE_DELAY", "EXPORT_TIMEOUT", "MAX_EXPORT_BATCH_SIZE"].map(name =>
    wholeNumber(`OTEL_BSP_${name}`, 1)
  ),
  ...["ATTRIBUTE", "SPAN_ATTRIBUTE"].flatMap(what =>
    ["VALUE_LENGTH_LIMIT", "COUNT_LIMIT"].map(limit => wholeNumber(`OTEL_${what}_${limit}`, 0))
  ),
  ...["EVENT_COUNT", "LINK_COUNT", "ATTRIBUTE_PER_EVENT_COUNT", "ATTRIBUTE_PER_LINK_COUNT"].map(limit =>
    wholeNumber(`OTEL_SPAN_${limit}_LIMIT`, 0)
  )
]

/** Whether each SQL statement is a span; if not, only one that is slow or fails. */
const everyStatement = withDefault("TRACE_SQL", "true or false", Variable.flag, false)

/** Where traces, metrics and logs go: the standard variables, and what the traces hold. */
export const telemetry = Config.all([
  destinations,
  protocols,
  batches,
  everyStatement,
  Config.all(readByTheSdk)
]).pipe(
  Config.map(([destinations, protocols, batches, everyStatement]) => ({
    ...destinations,
    ...protocols,
    ...batches,
    everyStatement
  }))
)
