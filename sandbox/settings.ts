import { Config, ConfigProvider, Effect, Option } from "effect"
import type { ConfigError } from "effect"
import { readSandboxAddress } from "../src/config/Settings.ts"
import { withoutTrailingSlashes } from "../src/config/parsers.ts"
import type { Environment } from "../src/config/Settings.ts"

export interface SandboxSettings {
  readonly host: string
  readonly port: number
  /** Where a trace can be looked at, with `{trace_id}` in it. */
  readonly traceUrl: Option.Option<string>
}

/** The address, and `SANDBOX_TRACE_URL`: Jaeger's own address will do, another store's must say where the id goes. */
export const readSandboxSettings = (
  environment: Environment
): Effect.Effect<SandboxSettings, ConfigError.ConfigError> =>
  Effect.all({ address: readSandboxAddress(environment), traceUrl: traceUrl(environment) }).pipe(
    Effect.map(({ address, traceUrl }) => ({ ...address, traceUrl }))
  )

const traceUrl = (environment: Environment) =>
  ConfigProvider.fromMap(
    new Map(Object.entries({ SANDBOX_TRACE_URL: (environment["SANDBOX_TRACE_URL"] ?? "").trim() }))
  ).load(
    Config.string("SANDBOX_TRACE_URL").pipe(
      Config.validate({
        message: "expected an http(s) URL, with {trace_id} where the id goes",
        validation: text => text === "" || isWebAddress(text)
      }),
      Config.map(text => (text === "" ? Option.none() : Option.some(withPlaceholder(text))))
    )
  )

const isWebAddress = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const withPlaceholder = (text: string) =>
  text.includes("{trace_id}") ? text : `${withoutTrailingSlashes(text)}/trace/{trace_id}`
