import { it } from "@effect/vitest"
import { Cause, Duration, Effect, FastCheck, Logger, LogLevel, Option, Redacted, Schema } from "effect"
import { stripVTControlCharacters } from "node:util"
import { expect } from "vitest"
import * as Config from "../../../src/config/Settings.ts"
import * as logging from "../../../src/adapters/telemetry/logging.ts"
import { plainValue } from "../../../src/adapters/telemetry/plainValue.ts"
import { scrubWith } from "../../../src/adapters/telemetry/scrub.ts"
import { MessengerError } from "../../../src/ports/Messenger.ts"
import { NotProcessed } from "../../../src/services/Decisions.ts"
import { linesOf, secrets, settings } from "./telemetryUnderTest.ts"

class OverBalance extends Schema.TaggedError<OverBalance>()("OverBalance", { symbol: Schema.String }) {
  override get message(): string {
    return `more ${this.symbol} than there is`
  }
}

/** What `effect` logs, a line each. */
const logged = (
  effect: Effect.Effect<unknown>,
  format: logging.Format = logging.jsonLine,
  environment: Config.Environment = {}
) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = logging.makeLogger(format, scrubWith(yield* settings(environment)), line =>
      lines.push(line)
    )
    yield* effect.pipe(
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.All)
    )
    for (const line of lines) expect(line.endsWith("\n")).toBe(true)
    return lines.map(line => line.slice(0, -1))
  })

const entries = (effect: Effect.Effect<unknown>) =>
  Effect.map(logged(effect), lines => lines.map((line): Record<string, unknown> => JSON.parse(line)))

it.effect("A line starts with timestamp, level, message, trace and span, and then has the annotations", () =>
  Effect.gen(function* () {
    const [line] = yield* logged(
      Effect.logInfo("command_executed").pipe(
        Effect.annotateLogs({ command: "kudos", command_duration: 12, outcome: "success" }),
        Effect.withSpan("discord.interaction kudos")
      )
    )
    const entry = JSON.parse(line ?? "")
    expect(Object.keys(entry).slice(0, 5)).toEqual(["timestamp", "level", "message", "trace_id", "span_id"])
    expect(entry).toEqual({
      timestamp: "1970-01-01T00:00:00.000Z",
      level: "info",
      message: "command_executed",
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      command: "kudos",
      command_duration: 12,
      outcome: "success"
    })
  })
)

it.effect("Levels are the words of LOG_LEVEL", () =>
  Effect.gen(function* () {
    const told = yield* entries(
      Effect.all([
        Effect.logTrace(""),
        Effect.logDebug(""),
        Effect.logInfo(""),
        Effect.logWarning(""),
        Effect.logError(""),
        Effect.logFatal("")
      ])
    )
    expect(told.map(entry => entry["level"])).toEqual(["trace", "debug", "info", "warn", "error", "fatal"])
  })
)

it.effect("An annotation cannot pass for what every line has", () =>
  Effect.gen(function* () {
    const [entry] = yield* entries(
      Effect.annotateLogs(Effect.logInfo("true"), { message: "false", level: "none" })
    )
    expect(entry).toMatchObject({ message: "true", level: "info", message_: "false", level_: "none" })
  })
)

it.effect("Causes and errors become one text, with what caused them and without a stack", () =>
  Effect.gen(function* () {
    const wrapped = new Error("not stored", { cause: new Error("connection lost") })
    const told = yield* entries(
      Effect.all([
        Effect.logError("failed", Cause.fail(new OverBalance({ symbol: "USDC" }))),
        Effect.logError("failed", wrapped),
        Effect.logError("failed", Cause.die(wrapped)),
        Effect.logError("failed", Cause.interrupt(Effect.runSync(Effect.fiberId)))
      ])
    )
    const [tagged, plain, defect, interrupted] = told.map(entry => entry["error"])
    expect(tagged).toBe("OverBalance: more USDC than there is")
    expect(plain).toBe("Error: not stored (caused by Error: connection lost)")
    expect(defect).toMatch(
      /^Error: not stored \(caused by .*\) \(at test\/adapters\/telemetry\/logging.test.ts:\d+\)$/
    )
    expect(interrupted).toBe("interrupted")
  })
)

it.effect("An error without a sentence of its own says its fields, and no container of them (N13)", () =>
  Effect.gen(function* () {
    const [entry] = yield* entries(
      Effect.logError(
        "failed",
        Cause.fail(
          new MessengerError({
            reason: "RateLimited",
            code: 20_028,
            retryAfterMillis: Option.some(500),
            mayHaveHappened: false
          })
        )
      )
    )
    expect(entry?.["error"]).toBe(
      "MessengerError: reason RateLimited, code 20028, retryAfterMillis 500, mayHaveHappened false"
    )
    const [bare] = yield* entries(Effect.logError("failed", Cause.fail(new NotProcessed())))
    expect(bare?.["error"]).toBe("NotProcessed")
  })
)

it.effect("Values that JSON has no word for are written all the same, and secrets are not", () =>
  Effect.gen(function* () {
    const cycle: Record<string, unknown> = { amount: 10n }
    cycle["self"] = cycle
    const [entry] = yield* entries(
      Effect.logInfo("values").pipe(
        Effect.annotateLogs({
          cycle,
          some: Option.some(1),
          none: Option.none(),
          secret: Redacted.make("hush"),
          deep: { inner: [Redacted.make("hush")] },
          bytes: new Uint8Array(32),
          never: Number.NaN,
          map: new Map([["a", new Set([1])]]),
          took: Duration.millis(5)
        })
      )
    )
    expect(entry).toMatchObject({
      cycle: { amount: "10", self: "[circular]" },
      some: 1,
      secret: "<redacted>",
      deep: { inner: ["<redacted>"] },
      bytes: "[32 bytes]",
      never: "NaN",
      map: { a: [1] }
    })
    expect(entry).not.toHaveProperty("none")
  })
)

it.effect("A value that throws while it is read does not stop the line", () =>
  Effect.gen(function* () {
    const trap = {
      get inner(): string {
        throw new Error("no")
      }
    }
    const [entry] = yield* entries(Effect.annotateLogs(Effect.logInfo("still here"), { trap }))
    expect(entry).toMatchObject({ message: "still here", trap: "[unreadable]" })
  })
)

it.prop(
  "Whatever is logged becomes JSON",
  [FastCheck.anything({ withBigInt: true, withMap: true, withSet: true, withDate: true })],
  ([value]) => {
    expect(() => JSON.stringify(plainValue(value))).not.toThrow()
  }
)

it.effect("Line breaks in a message stay within its line, in both formats", () =>
  Effect.gen(function* () {
    const forged = Effect.logInfo('first\n{"level":"error"}').pipe(Effect.annotateLogs("name", "a\r\nb"))
    expect(yield* logged(forged)).toHaveLength(1)
    const [pretty] = yield* logged(forged, logging.prettyLine(false))
    expect(pretty).not.toMatch(/[\r\n]/)
    expect(pretty).toContain("INFO")
  })
)

it.effect("What steers a terminal or the eye stands as its code, in both formats (A26)", () =>
  Effect.gen(function* () {
    const code = "A\u001b[31m\u009b2J\u0007\u007f\u202e\u2066\u200b\u{e0041}B"
    const steering = /[\p{Cc}\p{Cf}\u2028\u2029]/u
    const told = Effect.logError(`m${code}`, new Error(`e${code}`)).pipe(
      Effect.annotateLogs({ code, nested: { code }, [`k${code}`]: 1 })
    )
    const [pretty] = yield* logged(told, logging.prettyLine(false))
    expect(pretty).not.toMatch(steering)
    expect(pretty).toContain("\\u001b[31m\\u009b2J\\u0007\\u007f\\u202e\\u2066\\u200b\\udb40\\udc41B")
    const [json] = yield* logged(told)
    expect(json).not.toMatch(steering)
    expect(JSON.parse(json ?? "")).toMatchObject({
      message: `m${code}`,
      code,
      nested: { code },
      [`k${code}`]: 1
    })
    const [painted] = yield* logged(told, logging.prettyLine(true))
    expect(stripVTControlCharacters(painted ?? "")).toBe(pretty)
  })
)

it.effect("A line of any length costs no time and is cut (A2)", () =>
  Effect.gen(function* () {
    const started = performance.now()
    for (const unit of [
      "postgres://",
      "postgres://a:",
      "/src/",
      "whsec_",
      "Bearer ",
      "aW50ZXJhY3Rpb24",
      "webhooks/1",
      "\n",
      "\u200b",
      "\u001b"
    ]) {
      const long = unit.repeat(1_000_000 / unit.length)
      const told = Effect.logError(long, Cause.die(new Error(long))).pipe(Effect.annotateLogs({ long }))
      for (const format of [logging.jsonLine, logging.prettyLine(false)]) {
        const [line] = yield* logged(told, format)
        expect(line?.length).toBeLessThan(300_000)
      }
    }
    expect(performance.now() - started).toBeLessThan(20_000)
  })
)

it.effect("A password that the database's driver takes from the environment is cut out of a line", () =>
  Effect.gen(function* () {
    const [line] = yield* logged(Effect.logWarning("refused a-password-of-libpq"), logging.jsonLine, {
      PGPASSWORD: "a-password-of-libpq"
    })
    expect(JSON.parse(line ?? "").message).toBe("refused <redacted>")
  })
)

it.effect("Configured secrets, interaction tokens and credentials in addresses are cut out of a line", () =>
  Effect.gen(function* () {
    const token = "Zk9".repeat(30)
    const [entry] = yield* entries(
      Effect.logError(
        `${Object.values(secrets).join(" ")} POST /webhooks/123456789012345678/${token}/messages/@original`,
        new Error(`postgresql://mochi:other-password@db/mochi Authorization: Bearer ${"x1".repeat(12)}`)
      )
    )
    expect(entry?.["message"]).toBe(
      `${Object.keys(secrets)
        .map(() => "<redacted>")
        .join(" ")} POST /webhooks/123456789012345678/<redacted>/messages/@original`
    )
    expect(entry?.["error"]).toBe(
      "Error: postgresql://mochi:<redacted>@db/mochi Authorization: Bearer <redacted>"
    )
  })
)

it.effect(
  "The layer writes what LOG_LEVEL lets through, as JSON where stdout is no terminal or it is asked for",
  () =>
    Effect.gen(function* () {
      const [, lines] = yield* linesOf(
        Effect.gen(function* () {
          const values = yield* settings({ LOG_LEVEL: "warn", LOG_FORMAT: "json" })
          yield* Effect.zipRight(Effect.logInfo("hidden"), Effect.logWarning("shown")).pipe(
            Effect.provide(logging.layer("stdout")),
            Effect.provide(Config.layer(values))
          )
        })
      )
      expect(lines.map(line => JSON.parse(line).message)).toEqual(["shown"])
    })
)
