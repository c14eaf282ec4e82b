import { Option } from "effect"
import type { SettingsValues } from "../../config/Settings.ts"
import type { Signal } from "../../ports/ExportHealth.ts"

/**
 * The address that a signal goes to; none if nobody gets it. A signal's own endpoint stays as it is, and the common one gets
 * the signal's path, as the standard says.
 */
export const endpointOf = (
  { telemetry }: Pick<SettingsValues, "telemetry">,
  signal: Signal
): Option.Option<string> => {
  if (telemetry.disabled || telemetry[`${signal}Exporter`] !== "otlp") return Option.none()
  const path = telemetry[`${signal}Protocol`] === "grpc" ? "" : `/v1/${signal}`
  return Option.orElse(telemetry[`${signal}Endpoint`], () =>
    Option.map(telemetry.endpoint, endpoint => endpoint + path)
  )
}
