import { Config, ConfigProvider, Context, Duration, Either, Layer, Option, Redacted } from "effect"
import type { ConfigError, Effect } from "effect"
import { defaultDataDir } from "./envFile.ts"
import { telemetry } from "./telemetry.ts"
import * as Variable from "./parsers.ts"

const { optional, required, withDefault } = Variable
const url = Variable.httpUrlForm

/** How interactions arrive. The public key is needed only if Discord posts them to us. */
type Interactions = { readonly mode: "gateway" } | { readonly mode: "http"; readonly publicKey: Uint8Array }

const interactions = Config.all({
  mode: withDefault("DISCORD_INTERACTIONS", "gateway or http", Variable.choice("gateway", "http"), "gateway"),
  publicKey: optional(
    "DISCORD_PUBLIC_KEY",
    "the application's public key, 64 hex digits",
    Variable.hexBytes(32)
  )
}).pipe(
  Config.mapOrFail(({ mode, publicKey }): Either.Either<Interactions, ConfigError.ConfigError> => {
    if (mode === "gateway") return Either.right({ mode })
    return Either.fromOption(
      Option.map(publicKey, key => ({ mode, publicKey: key })),
      () =>
        Variable.missing(
          "DISCORD_PUBLIC_KEY",
          "the application's public key, since DISCORD_INTERACTIONS is http"
        )
    )
  })
)

const sections = {
  discord: Config.all({
    token: required("DISCORD_BOT_TOKEN", "the bot token, one word", Variable.secret),
    apiBaseUrl: withDefault("DISCORD_API_BASE_URL", url, Variable.httpUrl, "https://discord.com/api/v10"),
    interactions,
    /** Whether the service brings the registered commands up to date when it starts. */
    syncCommands: withDefault("SYNC_COMMANDS", "true or false", Variable.flag, true)
  }),

  mochi: Config.all({
    /** The 32-byte Ed25519 seed that signs decisions. */
    privateKey: required(
      "MOCHI_APP_PRIVATE_KEY",
      "hex of a 32-byte Ed25519 seed, or of 64 bytes: seed, then public key",
      Variable.ed25519Seed
    ),
    /** The value of `X-Application`. */
    applicationName: withDefault("MOCHI_APPLICATION_NAME", "printable ASCII", Variable.words, "Mochi"),
    pay: required("MOCHI_PAY_API_BASE_URL", url, Variable.apiBase),
    /** None: the profiles are at the same address as Mochi Pay. */
    profile: optional("MOCHI_PROFILE_API_BASE_URL", url, Variable.apiBase),
    /** The bearer secret of the listing endpoints. */
    botSecret: required("MOCHI_BOT_SECRET", "the bearer secret, one word", Variable.secret),
    /** When set, signed calls also carry it as `Authorization: Basic`. */
    apiKey: optional("MOCHI_API_KEY", "one word", Variable.secret),
    /** Where a person creates a Mochi profile. */
    profileUrl: withDefault("MOCHI_PROFILE_URL", url, Variable.httpUrl, "https://mochi.gg"),
    /** Retries, not tries, of an idempotent call. */
    maxRetries: withDefault("MAX_RETRIES", "a whole number, 0 to 10", Variable.integerBetween(0, 10), 3),
    /** Calls of this process under way at Mochi. */
    maxConcurrent: withDefault(
      "MOCHI_MAX_CONCURRENT",
      "a whole number, 1 to 1000",
      Variable.integerBetween(1, 1000),
      32
    ),
    /** Calls of this process that begin in a second. */
    maxPerSecond: withDefault(
      "MOCHI_MAX_PER_SECOND",
      "a whole number, 1 to 10000",
      Variable.integerBetween(1, 10_000),
      250
    )
  }),

  webhooks: Config.all({
    secrets: required(
      "MOCHI_WEBHOOK_SECRETS",
      "one or more of whsec_{base64} and whpk_{base64 of 32 bytes}, separated by commas or spaces",
      Variable.webhookSecrets
    )
  }),

  database: Config.all({
    /** None: an embedded PostgreSQL under `dataDir`. */
    url: optional("DATABASE_URL", "postgresql://user:password@host:port/database", Variable.postgresUrl),
    /** The driver itself reads it if the URL has no password. It is here so that it stays out of every log. */
    driverPassword: optional("PGPASSWORD", "a password", raw => Option.some(Redacted.make(raw))),
    dataDir: withDefault("DATA_DIR", "a folder", Option.some<string>, defaultDataDir)
  }),

  server: Config.all({
    host: withDefault("HOST", Variable.addressForm, Variable.word, "0.0.0.0"),
    port: withDefault("PORT", Variable.portForm, Variable.port, 8080)
  }),

  limits: Config.all({
    /** The whole budget of one autocomplete answer, profile look-up included. */
    commandTimeout: withDefault(
      "COMMAND_TIMEOUT",
      "milliseconds, 1 to 60000",
      Variable.integerBetween(1, 60_000),
      2500
    ).pipe(Config.map(milliseconds => Duration.millis(milliseconds))),
    /** How many `/kudos` each person may run in how many seconds; twice as many buttons. */
    user: withDefault("USER_RATE_LIMIT", "runs/seconds, such as 10/60", Variable.rate, {
      runs: 10,
      seconds: 60
    })
  }),

  logging: Config.all({
    level: withDefault(
      "LOG_LEVEL",
      "trace, debug, info, warn, error, fatal or none",
      Variable.choice("trace", "debug", "info", "warn", "error", "fatal", "none"),
      "info"
    ),
    /** None: json, unless stdout is a terminal. */
    format: optional("LOG_FORMAT", "json or pretty", Variable.choice("json", "pretty"))
  }),

  telemetry
}

const tree = Config.all(sections)

/** Every variable that the service reads, decoded once when it starts. */
export class Settings extends Context.Tag("mochi/Settings")<Settings, Config.Config.Success<typeof tree>>() {}

export type SettingsValues = Context.Tag.Service<Settings>

export type Environment = Readonly<Record<string, string | undefined>>

/** Fails with every missing and malformed variable at once; no fault repeats a value. */
export const readSettings = (
  environment: Environment
): Effect.Effect<SettingsValues, ConfigError.ConfigError> => variablesOf(environment).load(tree)

export const layer = (settings: SettingsValues): Layer.Layer<Settings> => Layer.succeed(Settings, settings)

/** A sentence for each faulty variable, in the order of the sections. */
export const describeFaults = (error: ConfigError.ConfigError): ReadonlyArray<string> => {
  switch (error._op) {
    case "And":
    case "Or":
      return [...describeFaults(error.left), ...describeFaults(error.right)]
    case "MissingData":
      return [`${error.path.join(".")} is missing: ${error.message}`]
    case "SourceUnavailable":
      return [`${error.path.join(".")} cannot be read: ${error.message}`]
    default:
      return [`${error.path.join(".")} is malformed: ${error.message}`]
  }
}

/** A variable set to nothing counts as missing, as compose files mean it. */
export const variablesOf = (environment: Environment) =>
  ConfigProvider.fromMap(
    new Map(
      Object.entries(environment).flatMap(([name, value]) =>
        value === undefined || value.trim() === "" ? [] : [[name, value.trim()] as const]
      )
    )
  )
