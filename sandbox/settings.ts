import { Config, Option } from "effect"
import type { ConfigError, Effect } from "effect"
import * as Variable from "../src/config/parsers.ts"
import { variablesOf } from "../src/config/Settings.ts"
import type { Environment } from "../src/config/Settings.ts"

export interface SandboxSettings {
  readonly host: string
  readonly port: number
  /** The address of a trace, with `{trace_id}` in it. */
  readonly traceUrl: Option.Option<string>
}

/** The only variables that the sandbox reads: it makes everything else for the run. */
export const readSandboxSettings = (
  environment: Environment
): Effect.Effect<SandboxSettings, ConfigError.ConfigError> => variablesOf(environment).load(variables)

/** For Jaeger its address is enough; for another store the URL must contain `{trace_id}`. */
const webAddress: Variable.Parse<string> = text =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
    ? Option.some(withPlaceholder(text))
    : Option.none()

const withPlaceholder = (text: string) =>
  text.includes("{trace_id}") ? text : `${Variable.withoutTrailingSlashes(text)}/trace/{trace_id}`

const variables = Config.all({
  host: Variable.withDefault("SANDBOX_HOST", Variable.addressForm, Variable.word, "127.0.0.1"),
  port: Variable.withDefault("SANDBOX_PORT", Variable.portForm, Variable.port, 4000),
  traceUrl: Variable.optional(
    "SANDBOX_TRACE_URL",
    "an http(s) URL, with {trace_id} where the id goes",
    webAddress
  )
})
