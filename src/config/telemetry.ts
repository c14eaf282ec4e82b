import { Config, Option } from "effect"
import { accessSync, constants } from "node:fs"
import * as Variable from "./parsers.ts"

const { optional, withDefault } = Variable
const url = Variable.httpUrlForm
const signals = ["TRACES", "METRICS", "LOGS"] as const

const own = Config.all({
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

/** The common variable, and the one that each signal has of its own. */
const ofSignals = <A>(name: string, expected: string, parse: Variable.Parse<A>) =>
  ["", ...signals.map(signal => `${signal}_`)].map(signal =>
    optional(`OTEL_EXPORTER_OTLP_${signal}${name}`, expected, parse)
  )

/** The longest that Node's timers can wait. */
const longest = 2_147_483_647

const above =
  (least: number) =>
  (name: string): Config.Config<unknown> =>
    optional(name, `a whole number from ${least}`, Variable.integerBetween(least, longest))

/** As the SDK decodes them: it goes without the whole list where one of it is wrong. */
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

/** In this very case, unlike `choice`: the SDK knows no other. */
const exactly =
  (...names: ReadonlyArray<string>): Variable.Parse<string> =>
  raw =>
    names.includes(raw) ? Option.some(raw) : Option.none()

const ratio: Variable.Parse<number> = raw =>
  /^(0|1|[01]?\.\d{1,15})$/.test(raw) && Number(raw) <= 1 ? Option.some(Number(raw)) : Option.none()

/** Read where they are used, mostly by the SDK, which goes on without what it does not understand; here it is named. */
const sdk: ReadonlyArray<Config.Config<unknown>> = [
  ...ofSignals("PROTOCOL", "grpc, http/protobuf or http/json", exactly("grpc", "http/protobuf", "http/json")),
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
  ...["OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT"].map(above(1)),
  ...["OTEL_BSP", "OTEL_BLRP"].flatMap(batch =>
    ["SCHEDULE_DELAY", "EXPORT_TIMEOUT", "MAX_QUEUE_SIZE", "MAX_EXPORT_BATCH_SIZE"].map(name =>
      above(1)(`${batch}_${name}`)
    )
  ),
  ...["ATTRIBUTE", "SPAN_ATTRIBUTE"].flatMap(what =>
    ["VALUE_LENGTH_LIMIT", "COUNT_LIMIT"].map(limit => above(0)(`OTEL_${what}_${limit}`))
  ),
  ...["EVENT_COUNT", "LINK_COUNT", "ATTRIBUTE_PER_EVENT_COUNT", "ATTRIBUTE_PER_LINK_COUNT"].map(limit =>
    above(0)(`OTEL_SPAN_${limit}_LIMIT`)
  )
]

/** Where traces, metrics and logs go: the standard variables. */
export const telemetry = Config.all([own, Config.all(sdk)]).pipe(Config.map(([settings]) => settings))
