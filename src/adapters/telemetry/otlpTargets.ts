import { Option } from "effect"
import type { SettingsValues } from "../../config.ts"
import type { Signal } from "../../ports/ExportHealth.ts"

/**
 * The address that a signal goes to; none: it does not leave. A signal's own endpoint is taken as it is, the common one
 * gets the signal's path, as the standard has it.
 */
export const endpointOf = (
  settings: Pick<SettingsValues, "telemetry">,
  signal: Signal
): Option.Option<string> => {
  const { telemetry } = settings
  if (telemetry.disabled || telemetry[`${signal}Exporter`] !== "otlp") return Option.none()
  const path = protocolOf(settings, signal) === "grpc" ? "" : `/v1/${signal}`
  return Option.orElse(telemetry[`${signal}Endpoint`], () =>
    Option.map(telemetry.endpoint, endpoint => endpoint + path)
  )
}

export type Protocol = SettingsValues["telemetry"]["protocol"]

/** A signal's own, else the common one. */
export const protocolOf = ({ telemetry }: Pick<SettingsValues, "telemetry">, signal: Signal): Protocol =>
  Option.getOrElse(telemetry[`${signal}Protocol`], () => telemetry.protocol)
