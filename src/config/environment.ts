import { Cause, ConfigError, Effect } from "effect"
import { envFile, readEnvFile } from "./envFile.ts"
import type { Environment } from "./Settings.ts"

/** The process's own variables, and those of the file `.env` in its working folder that it does not have. */
export const processEnvironment: Effect.Effect<Environment, ConfigError.ConfigError> = Effect.try({
  try: readEnvFile,
  catch: cause =>
    ConfigError.SourceUnavailable(
      [envFile],
      cause instanceof Error ? cause.message : String(cause),
      Cause.die(cause)
    )
})
