import { Option } from "effect"
import type { SettingsValues } from "../../config/Settings.ts"
import type { Signal } from "../../ports/ExportHealth.ts"

/**
 * The address that a signal goes to; none: it does not leave. A signal's own endpoint is taken as it is, the common one
 * gets the signal's path, as the standard has it.
 */
export const endpointOf = (
  { telemetry }: Pick<SettingsValues, "telemetry">,
  signal: Signal
): Option.Option<string> => {
  if (telemetry.disabled || telemetry[`${signal}Exporter`] !== "otlp") return Option.none()
  const path = protocolOf(signal) === "grpc" ? "" : `/v1/${signal}`
  return Option.orElse(telemetry[`${signal}Endpoint`], () =>
    Option.map(telemetry.endpoint, endpoint => endpoint + path)
  )
}

export type Protocol = "grpc" | "http/json" | "http/protobuf"

/** Of the standard variables that the SDK's exporters leave to whoever chooses among them. */
export const protocolOf = (signal: Signal): Protocol => {
  const named =
    process.env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_PROTOCOL`] ||
    process.env["OTEL_EXPORTER_OTLP_PROTOCOL"]
  return named === "grpc" || named === "http/json" ? named : "http/protobuf"
}
