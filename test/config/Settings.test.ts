import { it } from "@effect/vitest"
import { Duration, Effect, Either, FastCheck as fc, Option, Redacted } from "effect"
import { inspect } from "node:util"
import { describe, expect } from "vitest"
import { describeFaults, readSettings } from "../../src/config/Settings.ts"
import type { Environment } from "../../src/config/Settings.ts"

const seedHex = "ab".repeat(32)
const minimal = {
  DISCORD_BOT_TOKEN: "the.bot-token",
  MOCHI_APP_PRIVATE_KEY: seedHex,
  MOCHI_PAY_API_BASE_URL: "https://api.mochi.example",
  MOCHI_BOT_SECRET: "the-bot-secret",
  MOCHI_WEBHOOK_SECRETS: `whsec_${Buffer.from("webhook-secret").toString("base64")}`
}

const read = (more: Environment = {}) => Effect.runSync(Effect.either(readSettings({ ...minimal, ...more })))
const settings = (more: Environment = {}) => Either.getOrThrow(read(more))
const faults = (environment: Environment) =>
  Either.match(Effect.runSync(Effect.either(readSettings(environment))), {
    onLeft: describeFaults,
    onRight: () => []
  })
const faultOf = (name: string, value: string | undefined) => faults({ ...minimal, [name]: value })

describe("What is not set", () => {
  it("has the defaults of the contract", () => {
    const { database, discord, limits, logging, mochi, server, telemetry } = settings()
    expect(discord.apiBaseUrl).toBe("https://discord.com/api/v10")
    expect([discord.interactions, discord.syncCommands]).toEqual([{ mode: "gateway" }, true])
    expect([mochi.applicationName, mochi.profileUrl, mochi.maxRetries]).toEqual([
      "Mochi",
      "https://mochi.gg",
      3
    ])
    expect([mochi.maxConcurrent, mochi.maxPerSecond]).toEqual([32, 250])
    expect([mochi.profile, mochi.apiKey]).toEqual([Option.none(), Option.none()])
    expect([database.url, database.dataDir]).toEqual([Option.none(), ".data"])
    expect([server.host, server.port]).toEqual(["0.0.0.0", 8080])
    expect(Duration.toMillis(limits.commandTimeout)).toBe(2500)
    expect(limits.user).toEqual({ runs: 10, seconds: 60 })
    expect([logging.level, logging.format]).toEqual(["info", Option.none()])
    expect([telemetry.endpoint, telemetry.metricsExporter]).toEqual([Option.none(), "otlp"])
    expect([telemetry.prometheusHost, telemetry.prometheusPort]).toEqual(["localhost", 9464])
  })

  it("is the same as what is set to nothing", () => {
    const blank = settings({ PORT: "", DATABASE_URL: "  ", LOG_FORMAT: "", MOCHI_API_KEY: "" })
    expect([blank.server.port, blank.database.url, blank.logging.format, blank.mochi.apiKey]).toEqual([
      8080,
      Option.none(),
      Option.none(),
      Option.none()
    ])
    expect(faultOf("DISCORD_BOT_TOKEN", " ")).toEqual(faultOf("DISCORD_BOT_TOKEN", undefined))
  })
})

describe("Mochi's base", () => {
  it.each(["", "/", "/api/v1", "/api/v1/", "//"])("is the same with %j behind the host", path => {
    expect(settings({ MOCHI_PAY_API_BASE_URL: `https://api.mochi.example${path}` }).mochi.pay).toEqual({
      root: "https://api.mochi.example",
      api: "https://api.mochi.example/api/v1"
    })
  })

  it("may lie below a path, and profiles elsewhere", () => {
    const { mochi } = settings({
      MOCHI_PAY_API_BASE_URL: "http://localhost:4001/pay/",
      MOCHI_PROFILE_API_BASE_URL: "http://localhost:4002/api/v1"
    })
    expect(mochi.pay.api).toBe("http://localhost:4001/pay/api/v1")
    expect(mochi.profile).toEqual(
      Option.some({ root: "http://localhost:4002", api: "http://localhost:4002/api/v1" })
    )
  })
})

describe("Keys", () => {
  it("are the first 32 bytes of 32 or 64, in hex of any case", () => {
    const seed = Buffer.from(seedHex, "hex")
    for (const raw of [seedHex, seedHex.toUpperCase(), `${seedHex}${"cd".repeat(32)}`, ` ${seedHex} `]) {
      const { privateKey } = settings({ MOCHI_APP_PRIVATE_KEY: raw }).mochi
      expect(Buffer.from(Redacted.value(privateKey)).equals(seed)).toBe(true)
    }
  })

  it("of webhooks are one or more, separated by commas or spaces", () => {
    const publicKey = Buffer.alloc(32, 9)
    const { secrets } = settings({
      MOCHI_WEBHOOK_SECRETS: `${minimal.MOCHI_WEBHOOK_SECRETS}, whpk_${publicKey.toString("base64")}  ${minimal.MOCHI_WEBHOOK_SECRETS}`
    }).webhooks
    expect(secrets.map(({ _tag }) => _tag)).toEqual(["Hmac", "Ed25519", "Hmac"])
    expect(secrets[0]?._tag === "Hmac" && Buffer.from(Redacted.value(secrets[0].key)).toString()).toBe(
      "webhook-secret"
    )
    expect(secrets[1]?._tag === "Ed25519" && Buffer.from(secrets[1].publicKey).equals(publicKey)).toBe(true)
  })

  it("are hidden wherever settings are printed", () => {
    const held = settings({
      MOCHI_API_KEY: "the-api-key",
      DATABASE_URL: "postgresql://me:pass-word@db/bot",
      PGPASSWORD: "driver-password"
    })
    const seen = [inspect(held, { depth: 20 }), JSON.stringify(held), String(held.discord.token)].join("\n")
    for (const secret of [
      "the.bot-token",
      "the-bot-secret",
      "the-api-key",
      "pass-word",
      "driver-password",
      seedHex,
      "webhook-secret"
    ]) {
      expect([secret, seen.includes(secret)]).toEqual([secret, false])
    }
  })
})

describe("Interactions over HTTP", () => {
  it("need the public key, and only they do", () => {
    expect(faultOf("DISCORD_INTERACTIONS", "http")).toEqual([
      expect.stringMatching(/^DISCORD_PUBLIC_KEY is missing: expected .*DISCORD_INTERACTIONS is http/)
    ])
    const { interactions } = settings({ DISCORD_INTERACTIONS: "HTTP", DISCORD_PUBLIC_KEY: seedHex }).discord
    expect(interactions.mode === "http" && Buffer.from(interactions.publicKey).toString("hex")).toBe(seedHex)
    expect(faultOf("DISCORD_PUBLIC_KEY", "abc")).toHaveLength(1)
  })
})

describe("Telemetry", () => {
  it("takes what the standard allows (N7)", () => {
    const allowed = {
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20YWJj==, x-tenant=42,",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=sandbox,team=a%2Cb",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
      OTEL_EXPORTER_OTLP_TIMEOUT: "10000",
      OTEL_METRIC_EXPORT_INTERVAL: "1000"
    }
    expect(faults({ ...minimal, ...allowed })).toEqual([])
  })

  it("speaks a signal's own protocol, else the common one, else http/protobuf", () => {
    const protocols = (more: Environment) => {
      const { logsProtocol, metricsProtocol, tracesProtocol } = settings(more).telemetry
      return [tracesProtocol, metricsProtocol, logsProtocol]
    }
    expect(protocols({})).toEqual(["http/protobuf", "http/protobuf", "http/protobuf"])
    expect(
      protocols({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json" })
    ).toEqual(["grpc", "grpc", "http/json"])
  })

  it("exports as often and as much at once as the standard variables say", () => {
    const { logBatches, metricExport, spanBatches } = settings({
      OTEL_METRIC_EXPORT_INTERVAL: "500",
      OTEL_BLRP_MAX_QUEUE_SIZE: "10",
      OTEL_BLRP_SCHEDULE_DELAY: "20"
    }).telemetry
    expect(metricExport).toEqual({ exportIntervalMillis: 500, exportTimeoutMillis: 30_000 })
    expect(spanBatches).toEqual({ maxQueueSize: 2048 })
    expect(logBatches).toEqual({
      maxQueueSize: 10,
      maxExportBatchSize: 512,
      scheduledDelayMillis: 20,
      exportTimeoutMillis: 30_000
    })
  })
})

describe("Faults", () => {
  const malformed: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["DISCORD_BOT_TOKEN", ["two words", "tök", "line\nbreak"]],
    [
      "DISCORD_API_BASE_URL",
      ["discord.com", "ftp://discord.com", "https://user:pw@discord.com", "https://d.com/?a=1"]
    ],
    ["DISCORD_INTERACTIONS", ["websocket"]],
    ["DISCORD_PUBLIC_KEY", ["zz".repeat(32), "ab".repeat(31), "ab".repeat(64)]],
    ["MOCHI_APP_PRIVATE_KEY", ["ab", "zz".repeat(32), "ab".repeat(33), `0x${seedHex}`, `${seedHex}a`]],
    ["MOCHI_APPLICATION_NAME", ["Mochi\nX-Evil: 1", "Möchi"]],
    [
      "MOCHI_PAY_API_BASE_URL",
      ["api.mochi.example", "https://", "https://a.example/#x", "file:///etc/passwd"]
    ],
    ["MOCHI_PROFILE_API_BASE_URL", ["nowhere"]],
    ["MOCHI_BOT_SECRET", ["a b", "a\r\nb"]],
    [
      "MOCHI_WEBHOOK_SECRETS",
      ["secret", "whsec_", "whsec_***", "whpk_YWJj", `${minimal.MOCHI_WEBHOOK_SECRETS},oops`, ","]
    ],
    ["DATABASE_URL", ["mysql://db/bot", "bot"]],
    ["HOST", ["two words"]],
    ["PORT", ["-1", "65536", "80.5", "http", "0x50"]],
    ["MOCHI_API_KEY", ["a b"]],
    ["MOCHI_PROFILE_URL", ["javascript:alert(1)"]],
    ["SYNC_COMMANDS", ["yes"]],
    ["TRACE_SQL", ["slow"]],
    ["USER_RATE_LIMIT", ["10", "0/60", "10/0", "-1/60", "10/60/1", "1.5/60"]],
    ["COMMAND_TIMEOUT", ["0", "60001", "2.5s", "-1"]],
    ["MOCHI_MAX_CONCURRENT", ["0", "-1", "1001", "8.5", "many"]],
    ["MOCHI_MAX_PER_SECOND", ["0", "10001", "1e3", "fast"]],
    ["MAX_RETRIES", ["-1", "11", "three", "1e1"]],
    ["LOG_LEVEL", ["loud"]],
    ["LOG_FORMAT", ["xml"]],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", ["collector:4318"]],
    ["OTEL_METRICS_EXPORTER", ["statsd"]],
    ["OTEL_EXPORTER_PROMETHEUS_PORT", ["many"]],
    // What the telemetry SDK reads by itself, and would go without in silence (N7).
    ["OTEL_EXPORTER_OTLP_PROTOCOL", ["thrift", "http", "GRPC+TLS"]],
    ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", ["thrift"]],
    ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", ["http/xml"]],
    ["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", ["udp"]],
    ["OTEL_EXPORTER_OTLP_TIMEOUT", ["10s", "0", "-1", "99999999999"]],
    ["OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", ["soon"]],
    ["OTEL_EXPORTER_OTLP_HEADERS", ["authorization", "=value", "x y=1", "a=%zz", "a=b\nc"]],
    ["OTEL_EXPORTER_OTLP_COMPRESSION", ["brotli", "GZIP"]],
    ["OTEL_EXPORTER_OTLP_CERTIFICATE", ["/nowhere/at/all.pem"]],
    ["OTEL_EXPORTER_OTLP_INSECURE", ["maybe"]],
    ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", ["sometimes"]],
    ["OTEL_RESOURCE_ATTRIBUTES", ["production", "a=b=c", "=b", "a=%zz"]],
    ["OTEL_TRACES_SAMPLER", ["always", "ALWAYS_ON", "parentbased_jaeger"]],
    ["OTEL_TRACES_SAMPLER_ARG", ["1.5", "-1", "half"]],
    ["OTEL_METRIC_EXPORT_INTERVAL", ["often", "0"]],
    ["OTEL_BSP_SCHEDULE_DELAY", ["1m"]],
    ["OTEL_BLRP_MAX_QUEUE_SIZE", ["huge"]],
    ["OTEL_ATTRIBUTE_COUNT_LIMIT", ["-5"]],
    ["OTEL_SPAN_EVENT_COUNT_LIMIT", ["few"]]
  ]

  it.each(malformed.flatMap(([name, values]) => values.map(value => [name, value] as const)))(
    "name %s when it is %j, say what was expected, and do not repeat it",
    (name, value) => {
      const [fault, ...others] = faultOf(name, value)
      expect(others).toEqual([])
      expect(fault).toMatch(new RegExp(`^${name} is malformed: expected .`))
      if (value.length > 6) expect(fault).not.toContain(value)
    }
  )

  it("come all at once: every missing and every malformed variable, each once", () => {
    const missing = faults({})
    expect(missing.map(fault => fault.split(" ").slice(0, 3).join(" ")).sort()).toEqual(
      Object.keys(minimal)
        .map(name => `${name} is missing:`)
        .sort()
    )
    const environment = Object.fromEntries(malformed.map(([name, [value]]) => [name, value]))
    const all = faults(environment)
    // without a readable DISCORD_INTERACTIONS its public key is judged by its own form alone
    expect(all.map(fault => fault.split(" ")[0]).sort()).toEqual(malformed.map(([name]) => name).sort())
    const mixed = faults({ ...minimal, DISCORD_BOT_TOKEN: undefined, PORT: "x", MAX_RETRIES: "y" })
    expect(mixed.map(fault => fault.slice(0, fault.indexOf(":")))).toEqual([
      "DISCORD_BOT_TOKEN is missing",
      "MAX_RETRIES is malformed",
      "PORT is malformed"
    ])
  })

  it("never hold a value, whatever it is", () => {
    const names = malformed.map(([name]) => name)
    // long enough not to be a word of our own sentences by chance
    const value = fc
      .string({ unit: "grapheme", minLength: 12, maxLength: 80 })
      .map(text => `${text}#s3cr3t#${text}`)
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), environment => {
        const result = Effect.runSync(Effect.either(readSettings(environment)))
        const error = Option.getOrUndefined(Either.getLeft(result))
        const seen = [
          ...(error === undefined ? [] : describeFaults(error)),
          inspect(error, { depth: 30, showHidden: true }),
          JSON.stringify(error),
          String(error)
        ]
        expect(seen.join("\n")).not.toContain("#s3cr3t#")
      }),
      { numRuns: 300 }
    )
  })
})
