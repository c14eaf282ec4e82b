import { it } from "@effect/vitest"
import { Duration, Effect, Exit, Metric, Option, Redacted, Schema, Stream, Tracer } from "effect"
import { expect } from "vitest"
import { ExportHealth } from "../../../src/ports/ExportHealth.ts"
import * as Metrics from "../../../src/telemetry/metrics.ts"
import { otlpReceiver } from "../../support/otlpReceiver.ts"
import { findSecrets } from "../../support/secretSearch.ts"
import { linesOf, secrets, telemetry } from "./telemetryUnderTest.ts"

// The SDK reads these itself.
process.env["OTEL_BSP_SCHEDULE_DELAY"] = "20"
process.env["OTEL_EXPORTER_OTLP_TIMEOUT"] = "5000"
process.env["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=kudos"
process.env["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test"

class NotToday extends Schema.TaggedError<NotToday>()("NotToday", { note: Schema.String }) {}

const health = Effect.flatMap(ExportHealth, ({ signals }) => signals)

/** Asks again until `wanted` holds; vitest's own time limit ends a wait in vain. */
const until = <E, R>(wanted: Effect.Effect<boolean, E, R>) =>
  Stream.repeatEffect(Effect.zipLeft(wanted, Effect.sleep("10 millis"))).pipe(
    Stream.takeUntil(yes => yes),
    Stream.runDrain
  )

it.scopedLive(
  "A span arrives with its kind, parent, link, attributes, and the resource of the standard variables",
  () =>
    Effect.gen(function* () {
      const receiver = yield* otlpReceiver
      const origin = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true })
      const kudos = Tracer.externalSpan({ traceId: "c".repeat(32), spanId: "d".repeat(16), sampled: true })
      yield* Effect.void.pipe(
        Effect.withSpan("mochi.pay list_vaults", {
          kind: "client",
          attributes: { operation: "list_vaults" }
        }),
        Effect.withSpan("webhook.receive", {
          kind: "server",
          parent: origin,
          links: [{ _tag: "SpanLink", span: kudos, attributes: {} }]
        }),
        Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }))
      )
      const [inner, outer] = ["mochi.pay list_vaults", "webhook.receive"].map(name =>
        receiver.spans.find(span => span.name === name)
      )
      expect(outer).toMatchObject({
        traceId: "a".repeat(32),
        parentSpanId: "b".repeat(16),
        kind: "server",
        status: "ok",
        links: [{ traceId: "c".repeat(32), spanId: "d".repeat(16) }],
        resource: {
          "service.name": "mochi-discord",
          "deployment.environment.name": "test",
          "service.version": expect.any(String)
        }
      })
      expect(inner).toMatchObject({
        traceId: "a".repeat(32),
        parentSpanId: outer?.spanId,
        kind: "client",
        attributes: { operation: "list_vaults" }
      })
      expect(receiver.raw.join()).toContain('"x-tenant":"kudos"')
    })
)

it.scopedLive("A trace that its origin did not sample is continued, and not exported", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    const parent = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: false })
    const traceId = yield* Effect.map(Effect.orDie(Effect.currentSpan), span => span.traceId).pipe(
      Effect.withSpan("webhook.receive", { parent }),
      Effect.zipLeft(Effect.withSpan(Effect.void, "other")),
      Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }))
    )
    expect(traceId).toBe("a".repeat(32))
    expect(receiver.spans.map(span => span.name)).toEqual(["other"])
  })
)

/** As `@effect/sql` makes its spans: a statement within a transaction, and what it says of itself. */
const transaction = (statement: Effect.Effect<unknown, NotToday>) =>
  statement.pipe(
    Effect.tap(() => Effect.annotateCurrentSpan("db.query.text", "select $1")),
    Effect.withSpan("sql.execute", { kind: "client" }),
    Effect.zipRight(Effect.withSpan(Effect.void, "within")),
    Effect.withSpan("sql.transaction")
  )

it.scopedLive("What goes on by itself every few seconds is not exported", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    yield* Effect.gen(function* () {
      yield* Effect.withSpan(Effect.sleep("110 millis"), "sql.execute")
      yield* Effect.withSpan(Effect.void, "mochi.pay health")
      yield* Effect.withSpan(Effect.void, "kudos")
    }).pipe(Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, TRACE_SQL: "true" })))
    expect(receiver.spans.map(span => span.name)).toEqual(["kudos"])
  })
)

it.scopedLive(
  "A statement shows up if it was slow or failed, with its own times, and else only what is within it",
  () =>
    Effect.gen(function* () {
      const receiver = yield* otlpReceiver
      const journey = (name: string, statement: Effect.Effect<unknown, NotToday>) =>
        Effect.exit(Effect.withSpan(transaction(statement), name))
      const [exit] = yield* Effect.gen(function* () {
        yield* journey("quick", Effect.void)
        yield* journey("slow", Effect.sleep("110 millis"))
        yield* journey("failed", new NotToday({ note: "x" }))
        return yield* Effect.all([journey("interrupted", Effect.interrupt)])
      }).pipe(Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })))
      expect(Exit.isFailure(exit)).toBe(true)
      const below = (name: string) => {
        const journey = receiver.spans.find(span => span.name === name)
        const children = receiver.spans.filter(({ parentSpanId }) => parentSpanId === journey?.spanId)
        return children.map(child => child.name).sort()
      }
      expect(below("quick")).toEqual(["within"])
      expect(below("slow")).toEqual(["sql.execute", "sql.transaction", "within"])
      expect(below("failed")).toEqual(["sql.execute", "sql.transaction"])
      expect(below("interrupted")).toEqual([])
      const [slow, failed] = receiver.spans.filter(({ name }) => name === "sql.execute")
      expect(slow).toMatchObject({
        kind: "client",
        status: "ok",
        attributes: { "db.query.text": "select $1" }
      })
      expect(slow?.durationMillis).toBeGreaterThanOrEqual(100)
      expect(failed).toMatchObject({ status: "error", attributes: { "error.type": "NotToday" } })
    })
)

it.scopedLive("Every statement is a span where the environment asks for it", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    yield* Effect.withSpan(transaction(Effect.void), "quick").pipe(
      Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, TRACE_SQL: "true" }))
    )
    const byName = Object.fromEntries(receiver.spans.map(span => [span.name, span]))
    expect(byName["sql.execute"]?.parentSpanId).toBe(byName["sql.transaction"]?.spanId)
    expect(byName["within"]?.parentSpanId).toBe(byName["sql.transaction"]?.spanId)
    expect(byName["sql.transaction"]?.parentSpanId).toBe(byName["quick"]?.spanId)
  })
)

it.scopedLive(
  "A failed span has error.type, a defect a stack as well, and an interrupted one is no error",
  () =>
    Effect.gen(function* () {
      const receiver = yield* otlpReceiver
      yield* Effect.gen(function* () {
        yield* Effect.exit(Effect.withSpan(new NotToday({ note: "x" }), "foreseen"))
        yield* Effect.exit(
          Effect.withSpan(
            Effect.dieSync(() => new TypeError("no such thing")),
            "defect"
          )
        )
        yield* Effect.exit(Effect.withSpan(Effect.interrupt, "interrupted"))
        yield* Effect.withSpan(Effect.annotateCurrentSpan("error.type", "429"), "refused")
        yield* Effect.withSpan(
          Effect.annotateCurrentSpan({ "error.type": "Unavailable", "error.message": "kudos failed" }),
          "told"
        )
      }).pipe(Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })))
      const span = (name: string) => receiver.spans.find(candidate => candidate.name === name)
      expect(span("foreseen")).toMatchObject({ status: "error", attributes: { "error.type": "NotToday" } })
      expect(String(span("foreseen")?.events[0]?.attributes["exception.stacktrace"])).not.toContain(
        "Otel.test.ts"
      )
      expect(span("defect")).toMatchObject({
        status: "error",
        statusMessage: "TypeError: no such thing",
        attributes: { "error.type": "TypeError" }
      })
      expect(String(span("defect")?.events[0]?.attributes["exception.stacktrace"])).toContain("Otel.test.ts")
      expect(span("interrupted")).toMatchObject({ status: "ok" })
      expect(span("refused")).toMatchObject({
        status: "error",
        statusMessage: "It ended with 429.",
        attributes: { "error.type": "429" }
      })
      // A caller that answered for the failure has its own words for it (N13).
      expect(span("told")).toMatchObject({ status: "error", statusMessage: "kudos failed" })
    })
)

class Odd extends Schema.TaggedError<Odd>()("Odd", {
  status: Schema.OptionFromSelf(Schema.Number),
  place: Schema.OptionFromSelf(Schema.String),
  cause: Schema.OptionFromSelf(Schema.Defect)
}) {}

class Bare extends Schema.TaggedError<Bare>()("Bare", {}) {}

it.scopedLive("What a span says of an error is for people to read, whatever the error is made of (N13)", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    const odd = new Odd({
      status: Option.some(503),
      place: Option.none(),
      cause: Option.some(new Error("the connection failed"))
    })
    yield* Effect.gen(function* () {
      yield* Effect.exit(Effect.withSpan(odd, "odd"))
      yield* Effect.exit(Effect.withSpan(new Bare(), "bare"))
      yield* Effect.withSpan(Effect.annotateCurrentSpan("error.type", "Unavailable"), "root")
    }).pipe(Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })))
    const said = Object.fromEntries(receiver.spans.map(span => [span.name, span.statusMessage]))
    expect(said).toEqual({
      odd: "Odd: status 503 (caused by Error: the connection failed)",
      bare: "Bare",
      root: "It ended with Unavailable."
    })
  })
)

it.scopedLive("A log line arrives with its severity, fields and span", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    yield* linesOf(
      Effect.logWarning("command_error", new NotToday({ note: "x" })).pipe(
        Effect.annotateLogs({ command: "kudos", command_duration: 12 }),
        Effect.withSpan("discord.interaction kudos"),
        Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }))
      )
    )
    const [span] = receiver.spans
    expect(receiver.logs).toEqual([
      {
        body: "command_error",
        severityText: "warn",
        severityNumber: 13,
        traceId: span?.traceId,
        spanId: span?.spanId,
        attributes: { command: "kudos", command_duration: 12, error: expect.stringContaining("NotToday") }
      }
    ])
  })
)

it.scopedLive(
  "Metrics arrive under their names, with units that are no attributes, and the process's own",
  () =>
    Effect.gen(function* () {
      const receiver = yield* otlpReceiver
      yield* Effect.gen(function* () {
        yield* Metrics.interactionEnded({
          type: "command",
          command: "kudos",
          outcome: "success",
          after: Duration.millis(1200)
        })
        yield* Metric.set(Metrics.notificationBacklog, 7)
        yield* Metrics.webhookAnswered("duplicate")
        yield* until(
          Effect.sync(() => receiver.metrics.some(metric => metric.name === "process.memory.usage"))
        )
      }).pipe(Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })))
      const metric = (name: string) => receiver.metrics.findLast(candidate => candidate.name === name)
      expect(metric("discord.interaction.duration")).toMatchObject({ kind: "histogram", unit: "s" })
      expect(metric("discord.interaction.duration")?.points).toEqual([
        {
          attributes: { "interaction.type": "command", "command.name": "kudos", outcome: "success" },
          value: 1.2,
          count: 1,
          bounds: expect.arrayContaining([1, 3])
        }
      ])
      expect(metric("notification.backlog")).toMatchObject({
        kind: "gauge",
        unit: "",
        points: [{ value: 7 }]
      })
      expect(metric("webhook.requests")).toMatchObject({
        kind: "sum",
        points: expect.arrayContaining([
          { attributes: { outcome: "duplicate" }, value: 1 },
          { attributes: { outcome: "unavailable" }, value: 0 }
        ])
      })
      expect(metric("process.cpu.time")?.unit).toBe("s")
      expect(metric("nodejs.eventloop.delay.p99")?.unit).toBe("s")
    })
)

it.scopedLive("Without an endpoint, or disabled, nothing is exported and spans still have their ids", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    const work = Effect.all({
      traceId: Effect.withSpan(
        Effect.map(Effect.orDie(Effect.currentSpan), span => span.traceId),
        "work"
      ),
      health
    })
    const off = { traces: { state: "off" }, metrics: { state: "off" }, logs: { state: "off" } }
    for (const environment of [
      {},
      { OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_TRACES_EXPORTER: "none",
        OTEL_METRICS_EXPORTER: "none",
        OTEL_LOGS_EXPORTER: "none"
      }
    ]) {
      const did = yield* Effect.provide(work, telemetry(environment))
      expect(did.traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(did.health).toEqual(off)
    }
    expect(receiver.paths).toEqual([])
  })
)

it.scopedLive("A signal's own endpoint is taken as it is, and switches on no other signal", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    const states = yield* Effect.withSpan(health, "work").pipe(
      Effect.provide(
        telemetry({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.endpoint}/custom/v1/traces` })
      )
    )
    expect(states).toEqual({
      traces: { state: "waiting" },
      metrics: { state: "off" },
      logs: { state: "off" }
    })
    expect(receiver.paths).toEqual(["/custom/v1/traces"])
    expect(receiver.spans).toHaveLength(1)
  })
)

it.scopedLive("OTLP leaves as JSON where the standard variable asks for it", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    yield* linesOf(
      Effect.logInfo("hello").pipe(
        Effect.withSpan("work"),
        Effect.provide(
          telemetry({
            OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
            OTEL_EXPORTER_OTLP_PROTOCOL: "http/json"
          })
        )
      )
    )
    expect(receiver.raw.join()).toContain('"content-type":"application/json"')
    expect(receiver.spans[0]?.name).toBe("work")
    expect(receiver.logs[0]).toMatchObject({ body: "hello", traceId: receiver.spans[0]?.traceId })
  })
)

it.scopedLive("A refused export is told in the log once and in the health, and so is its recovery", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    receiver.answer = 404
    const tracesAre = (state: string) =>
      until(
        Effect.zipRight(
          Effect.withSpan(Effect.void, "work"),
          Effect.map(health, ({ traces }) => traces.state === state)
        )
      )
    const [failing, lines] = yield* linesOf(
      Effect.gen(function* () {
        yield* tracesAre("failing")
        const seen = receiver.paths.length
        yield* until(
          Effect.zipRight(
            Effect.withSpan(Effect.void, "work"),
            Effect.sync(() => receiver.paths.length > seen + 1)
          )
        )
        const { traces } = yield* health
        receiver.answer = 200
        yield* tracesAre("ok")
        return traces
      }).pipe(
        Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.endpoint}/v1/traces` }))
      )
    )
    expect(failing).toEqual({ state: "failing", since: expect.stringMatching(/^\d{4}-/), reason: "HTTP 404" })
    const told = lines.map(line => JSON.parse(line))
    expect(told).toEqual([
      expect.objectContaining({
        message: "telemetry_export_failed",
        level: "warn",
        signal: "traces",
        reason: "HTTP 404"
      }),
      expect.objectContaining({ message: "telemetry_export_recovered", signal: "traces" })
    ])
  })
)

it.scopedLive("A receiver that does not answer holds the end up for two seconds at most", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    receiver.answer = "hang"
    const [[took]] = yield* linesOf(
      Effect.timed(
        Effect.logInfo("hello").pipe(
          Effect.withSpan("work"),
          Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }))
        )
      )
    )
    expect(receiver.paths.length).toBeGreaterThan(0)
    expect(Duration.toMillis(took)).toBeLessThan(3500)
  })
)

it.scopedLive("No secret leaves, whichever way it got into a span or a line", () =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    const token = `aW50ZXJhY3Rpb246MTIzNDU2Nzg5${"Qx7".repeat(20)}`
    const all = { ...secrets, token }
    const [, lines] = yield* linesOf(
      Effect.gen(function* () {
        for (const [name, secret] of Object.entries(all)) {
          const error = new Error(`refused ${secret}`, { cause: new Error(`because of ${secret}`) })
          yield* Effect.logError(`failed with ${secret}`, error, { nested: [secret] }).pipe(
            Effect.annotateLogs({
              url: `https://discord.example/webhooks/123456789012345678/${token}`,
              secret
            })
          )
          yield* Effect.annotateCurrentSpan({
            [`detail.${name}`]: secret,
            "http.request.header.x-anything": secret
          })
          yield* Effect.exit(Effect.withSpan(Effect.fail(error), "failing"))
          yield* Effect.exit(Effect.withSpan(Effect.die(error), "dying"))
        }
        yield* Effect.logInfo("kept", {
          token: Redacted.make(token),
          some: Option.some(Redacted.make(token))
        })
      }).pipe(
        Effect.withSpan("work"),
        Effect.provide(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }))
      )
    )
    expect(receiver.spans.length).toBeGreaterThan(2 * Object.keys(all).length)
    expect(receiver.logs.length).toBeGreaterThan(Object.keys(all).length)
    const haystacks = [
      ...receiver.raw.map(text => ({ name: "OTLP", text })),
      ...lines.map(text => ({ name: "stdout", text }))
    ]
    expect(findSecrets(all, haystacks)).toEqual([])
    expect(receiver.raw.join()).not.toContain("http.request.header")
  })
)
