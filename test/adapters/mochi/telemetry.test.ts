import { it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Logger, Metric, Option, TestClock } from "effect"
import type { Tracer } from "effect"
import { inspect } from "node:util"
import { expect } from "vitest"
import type { Call } from "../../../src/adapters/mochi/Call.ts"
import {
  clientDuration,
  inCallSpan,
  inTrySpan,
  serverOf
} from "../../../src/adapters/mochi/instrumentation.ts"
import { errorText } from "../../../src/adapters/telemetry/plainValue.ts"
import { MochiPay } from "../../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../../src/ports/MochiProfiles.ts"
import { recording } from "../../support/recording.ts"
import * as Given from "./mochiClients.ts"

const vaults = Effect.flatMap(MochiPay, pay =>
  pay.vaults(Given.profileId("90101"), Given.applicationId("123"))
)
const state = Effect.flatMap(MochiPay, pay =>
  pay.state({ applicationId: Given.applicationId("123"), code: Given.code("ABC123") })
)

/** Every span that `effect` starts. */
const withSpans = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const spans: Array<Tracer.Span> = []
    return [yield* Effect.exit(Effect.withTracer(effect, yield* recording(spans))), spans] as const
  })

it.effect("A call that Mochi answers at once is one span below its caller's, which traceparent names", () =>
  Effect.gen(function* () {
    const [, spans] = yield* withSpans(Effect.withSpan(vaults, "caller"))
    expect(spans.map(span => span.name)).toEqual(["caller", "mochi.pay list_vaults"])
    const [caller, span] = spans
    expect(span?.traceId).toBe(caller?.traceId)
    expect(span?.kind).toBe("client")
    expect(Object.fromEntries(span?.attributes ?? [])).toEqual({
      "http.request.method": "GET",
      "http.request.resend_count": 0,
      "http.response.status_code": 200,
      "mochi.application.id": "123",
      "mochi.waited_ms": 0,
      "server.address": "mochi.example",
      "server.port": 443,
      "url.scheme": "https",
      "url.template": "/api/v1/profiles/{profileId}/applications/{applicationId}/vaults"
    })
    expect(Option.map(span?.parent ?? Option.none(), ({ spanId }) => spanId)).toEqual(
      Option.fromNullable(caller?.spanId)
    )
    const [request] = yield* Effect.flatMap(Given.Script, script => script.sent)
    expect(request?.headers["traceparent"]).toBe(`00-${span?.traceId}-${span?.spanId}-01`)
  }).pipe(Effect.provide(Given.scripted([{ status: 200, body: '{"data":[]}' }])))
)

it.effect("Each of four tries is a span with its own end, and says in a sentence how it failed (N13)", () =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(withSpans(Effect.withSpan(vaults, "caller")))
    for (let time = 0; time < 40; time++) {
      yield* Effect.promise(() => new Promise(resolve => setImmediate(resolve)))
      yield* TestClock.adjust("500 millis")
    }
    const [exit, spans] = yield* Fiber.join(fiber)
    const tries = spans.filter(({ name }) => name === "mochi.try")
    expect(
      tries.map(({ attributes, status }) => [
        attributes.get("http.request.resend_count"),
        attributes.get("http.response.status_code"),
        attributes.get("error.type"),
        status._tag === "Ended" && Exit.isFailure(status.exit) && errorText(Cause.squash(status.exit.cause))
      ])
    ).toEqual([
      [0, 503, "Unavailable", "FailedTry: list_vaults failed: Mochi gave no answer (HTTP 503)."],
      [
        1,
        undefined,
        "Unavailable",
        "FailedTry: list_vaults failed: Mochi gave no answer: the connection failed: ECONNRESET."
      ],
      [2, 429, "Unavailable", "FailedTry: list_vaults failed: Mochi gave no answer (HTTP 429)."],
      [3, 403, "Forbidden", "FailedTry: list_vaults failed: Mochi did not permit it (HTTP 403)."]
    ])
    const call = spans.find(({ name }) => name === "mochi.pay list_vaults")
    expect(tries.map(({ parent }) => Option.map(parent, ({ spanId }) => spanId))).toEqual(
      tries.map(() => Option.fromNullable(call?.spanId))
    )
    // Nobody knew at the first try that it would become a span.
    const sent = yield* Effect.flatMap(Given.Script, script => script.sent)
    expect(sent.map(({ headers }) => headers["traceparent"])).toEqual(
      [call, ...tries.slice(1)].map(named => `00-${named?.traceId}-${named?.spanId}-01`)
    )
    const took = tries.map(({ status }) => status._tag === "Ended" && status.endTime >= status.startTime)
    expect(took).toEqual([true, true, true, true])
    expect([call?.attributes.get("http.request.resend_count"), call?.attributes.get("error.type")]).toEqual([
      3,
      "Forbidden"
    ])
    expect(Exit.isFailure(exit) && errorText(Cause.squash(exit.cause))).toBe(
      "MochiError: list_vaults failed: Mochi did not permit it (HTTP 403)."
    )
  }).pipe(Effect.provide(Given.scripted([{ status: 503 }, "reset", { status: 429 }, { status: 403 }])))
)

it.effect("What is known of a request is on the spans of the calls about it, and nothing of a person", () =>
  Effect.gen(function* () {
    const [, spans] = yield* withSpans(state)
    expect(spans.map(span => Object.fromEntries(span.attributes))).toMatchObject([
      { "mochi.application.id": "123", "mochi.request.code": "ABC123" }
    ])
    const [, profiles] = yield* withSpans(
      Effect.flatMap(MochiProfiles, profiles => profiles.byId(Given.profileId("4711")))
    )
    expect(inspect(profiles.map(({ attributes }) => attributes))).not.toContain("4711")
  }).pipe(
    Effect.provide(
      Given.scripted([
        { status: 200, body: '{"data":{"code":"ABC123","status":"pending"}}' },
        { status: 404 }
      ])
    )
  )
)

it.effect("A call that waited for its turn says for how long", () =>
  Effect.gen(function* () {
    const call: Call<string> = {
      operation: "list_vaults",
      api: "pay",
      method: "GET",
      path: "/",
      ids: {},
      query: "",
      auth: "bearer",
      body: Option.none(),
      idempotencyKey: Option.none(),
      repeatable: true,
      reading: { decode: () => Option.none(), withoutBody: Option.none(), answers: {} }
    }
    const answer = inTrySpan(call, 1, Effect.succeed({ status: Option.some(200) })).pipe(
      Effect.delay("300 millis"),
      Effect.as({ value: "", tries: 1 })
    )
    const fiber = yield* Effect.fork(withSpans(inCallSpan(call, serverOf("https://mochi.example"), answer)))
    yield* TestClock.adjust("300 millis")
    const [, spans] = yield* Fiber.join(fiber)
    expect(spans.map(({ attributes }) => attributes.get("mochi.waited_ms"))).toEqual([300])
  })
)

it.effect("A failure sets error.type, and the status where there was one", () =>
  Effect.gen(function* () {
    const [, spans] = yield* withSpans(vaults)
    expect(Object.fromEntries(spans[0]?.attributes ?? [])).toMatchObject({
      "error.type": "Forbidden",
      "http.response.status_code": 403,
      "mochi.may_have_happened": false
    })
    expect(spans[0]?.status._tag === "Ended" && Exit.isFailure(spans[0].status.exit)).toBe(true)
  }).pipe(Effect.provide(Given.scripted([{ status: 403 }])))
)

it.effect("A person without profile is an answer: the span does not fail", () =>
  Effect.gen(function* () {
    const [, spans] = yield* withSpans(
      Effect.flatMap(MochiProfiles, profiles => profiles.byId(Given.profileId("1")))
    )
    expect(spans.map(span => span.name)).toEqual(["mochi.profile profile_by_id"])
    expect(spans[0]?.attributes.has("error.type")).toBe(false)
    expect(spans[0]?.status._tag === "Ended" && Exit.isSuccess(spans[0].status.exit)).toBe(true)
  }).pipe(Effect.provide(Given.scripted([{ status: 404 }])))
)

it.effect.each(["refused connection", "reset", { status: 500 }] as const)(
  "No secret is in a span, a log or an error after %j",
  step =>
    Effect.gen(function* () {
      for (const call of [Effect.asVoid(vaults), Effect.asVoid(state)]) {
        const lines: Array<string> = []
        const logger = Logger.make(({ cause, message }) => {
          lines.push(inspect(message), Cause.pretty(cause))
        })
        const [exit, spans] = yield* withSpans(
          call.pipe(
            Effect.tapErrorCause(Effect.logError),
            Effect.provide(Logger.replace(Logger.defaultLogger, logger))
          )
        )
        expect(Exit.isFailure(exit)).toBe(true)
        const seen = [
          ...lines,
          JSON.stringify(exit),
          inspect(exit, { depth: 30, showHidden: true }),
          inspect(
            spans.map(span => [span.name, span.attributes, span.status]),
            { depth: 30 }
          )
        ].join("\n")
        expect(seen).toContain("Unavailable")
        expect(Given.hasSecret(seen)).toBe(false)
        const sent = yield* Effect.flatMap(Given.Script, script => script.sent)
        const signature = sent.at(-1)?.headers["x-signature"]
        if (signature !== undefined) expect(seen).not.toContain(signature)
        expect(sent.some(request => Given.hasSecret(request.headers["authorization"] ?? ""))).toBe(true)
      }
    }).pipe(Effect.provide(Given.scripted([step], { MAX_RETRIES: "0", MOCHI_API_KEY: Given.apiKey })))
)

it.effect("A call's duration is measured by operation and outcome, its retries included", () =>
  Effect.gen(function* () {
    const measured = (outcome: string) =>
      Effect.map(
        Metric.value(
          clientDuration.pipe(Metric.tagged("operation", "list_vaults"), Metric.tagged("outcome", outcome))
        ),
        ({ count, sum }) => ({ count, sum })
      )
    const before = yield* measured("ok")
    const fiber = yield* Effect.fork(vaults)
    yield* TestClock.adjust("10 seconds")
    yield* fiber.await
    const after = yield* measured("ok")
    expect(after.count - before.count).toBe(1)
    expect(after.sum - before.sum).toBeGreaterThanOrEqual(2)
    expect(after.sum - before.sum).toBeLessThan(3)
    const failedBefore = yield* measured("Undecodable")
    yield* Effect.option(vaults)
    expect((yield* measured("Undecodable")).count - failedBefore.count).toBe(1)
  }).pipe(
    Effect.provide(
      Given.scripted([
        { status: 429, headers: { "retry-after": "2" } },
        { status: 200, body: '{"data":[]}' },
        { status: 200, body: "<html>" }
      ])
    )
  )
)
