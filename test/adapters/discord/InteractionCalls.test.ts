import { inspect } from "node:util"
import { expect, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Fiber, Layer, Metric, Redacted } from "effect"
import type { Tracer } from "effect"
import { rateLimitHits } from "../../../src/adapters/discord/rateLimitHits.ts"
import { isTokenRejected } from "../../../src/adapters/discord/RestErrors.ts"
import { recording } from "../../support/recording.ts"
import { against, botToken, callback, channel, interactionToken } from "./LoopbackRest.ts"

const token = Redacted.make(interactionToken)

it.scopedLive("a callback that Discord accepts without a body succeeds", () =>
  against(
    () => ({ status: 204 }),
    ({ calls }) => callback(calls)
  )
)

it.scopedLive("a callback gives up within 2.5 seconds in all", () =>
  against(
    () => "hang",
    ({ calls, heard }) =>
      Effect.gen(function* () {
        const [took, failure] = yield* Effect.timed(Effect.flip(callback(calls)))
        expect(Duration.toMillis(took)).toBeLessThan(2700)
        expect(failure).toMatchObject({ reason: "timeout", maybeSent: true })
        expect(heard.length).toBeGreaterThan(1)
      })
  )
)

it.scopedLive("a callback that got through although its answer was lost counts as done", () =>
  against(
    (_, count) => (count === 1 ? "reset" : { status: 400, body: { code: 40060, message: "acknowledged" } }),
    ({ calls }) => callback(calls)
  )
)

it.scopedLive("a callback that somebody else answered stays refused", () =>
  against(
    () => ({ status: 400, body: { code: 40060, message: "acknowledged" } }),
    ({ calls }) =>
      Effect.gen(function* () {
        expect(yield* Effect.flip(callback(calls))).toMatchObject({ code: 40060, status: 400 })
      })
  )
)

it.scopedLive("an interaction token that has expired says nothing about the bot token", () =>
  against(
    (_, count) =>
      count === 1 ? { status: 401, body: { code: 50027, message: "" } } : { status: 200, body: { id: "7" } },
    ({ calls, rest }) =>
      Effect.gen(function* () {
        const edit = calls.edit(channel, token, { content: "x" })
        const error = yield* Effect.flip(edit)
        expect(error).toMatchObject({ status: 401, code: 50027 })
        expect(isTokenRejected(error)).toBe(false)
        yield* rest.getMyApplication()
      })
  )
)

it.scopedLive("a proxy's page in place of the answer to a callback is asked again in time (C2)", () =>
  against(
    (_, count) => (count === 1 ? { status: 403, body: "<html>blocked</html>" } : { status: 204 }),
    ({ calls, heard }) =>
      Effect.zipRight(
        callback(calls),
        Effect.sync(() => expect(heard).toHaveLength(2))
      )
  )
)

it.scopedLive("a callback is sent again after a 429 that names no time (C2)", () =>
  against(
    (_, count) => (count === 1 ? { status: 429, body: "slow down" } : { status: 204 }),
    ({ calls, heard }) =>
      Effect.zipRight(
        callback(calls),
        Effect.sync(() => expect(heard).toHaveLength(2))
      )
  )
)

for (const [what, reply] of [
  ["a 5xx", { status: 500, body: { code: 0, message: "500" } }],
  ["a lost connection", "reset"],
  ["a 429", { status: 429, body: { retry_after: 0.1 }, headers: { "retry-after": "0.1" } }]
] as const) {
  it.scopedLive(`an answer's edit that met ${what} is handed back, to be drawn again (H1)`, () =>
    against(
      () => reply,
      ({ calls, heard }) =>
        Effect.gen(function* () {
          yield* Effect.flip(calls.edit(channel, token, { content: "old" }))
          expect(heard).toHaveLength(1)
        })
    )
  )
}

it.scopedLive("a global limit on the bot's calls holds back no interaction", () =>
  against(
    heard =>
      heard.url.includes("/messages") && !heard.url.includes("@original")
        ? {
            status: 429,
            body: { retry_after: 20, global: true },
            headers: { "retry-after": "20", "x-ratelimit-global": "true", "x-ratelimit-scope": "global" }
          }
        : { status: 200, body: { id: "1" } },
    ({ calls, heard, rest }) =>
      Effect.gen(function* () {
        const stuck = yield* Effect.fork(rest.createMessage(channel, { content: "x" }))
        while (heard.length === 0) yield* Effect.yieldNow()
        const [took] = yield* Effect.timed(
          Effect.zipRight(callback(calls), calls.edit(channel, token, { content: "x" }))
        )
        expect(Duration.toMillis(took)).toBeLessThan(1000)
        yield* Fiber.interrupt(stuck)
      })
  )
)

it.scopedLive("files go as a form beside the payload", () =>
  against(
    () => ({ status: 200, body: { id: "1" } }),
    ({ calls, heard, rest }) =>
      Effect.gen(function* () {
        const file = new File(['{"mine":true}'], "export.json", { type: "application/json" })
        yield* calls.edit(channel, token, { content: "yours" }, [file])
        yield* rest.withFiles([file])(rest.createMessage(channel, { content: "yours" }))
        expect(heard).toHaveLength(2)
        for (const { headers, body } of heard) {
          expect(headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/)
          expect(body).toContain('name="files[0]"; filename="export.json"')
          expect(body).toContain('{"mine":true}')
          expect(body).toContain('name="payload_json"\r\n\r\n{"content":"yours"}')
        }
      })
  )
)

it.scopedLive("no error shows a token, whatever prints it", () =>
  against(
    (_, count) => (count === 1 ? { status: 404, body: { code: 10015, message: "" } } : "reset"),
    ({ calls, rest }) =>
      Effect.gen(function* () {
        const edit = calls.edit(channel, token, { content: "x" })
        const follow = calls.followUp(channel, token, { content: "x" })
        const send = rest.createMessage(channel, { content: "x" })
        for (const call of [edit, follow, Effect.asVoid(send)]) {
          const exit = yield* Effect.exit<void, unknown, never>(call)
          if (Exit.isSuccess(exit)) throw new Error("it should have failed")
          const failure = Cause.squash(exit.cause)
          const prints = [
            Cause.pretty(exit.cause),
            inspect(failure, { depth: 12 }),
            JSON.stringify(failure),
            String(failure)
          ]
          for (const print of prints) {
            expect(print).not.toContain(interactionToken)
            expect(print).not.toContain(botToken)
          }
        }
      })
  )
)

it.scopedLive("a follow-up waits a 429 out, and counts it; after a 5xx it is not sent again", () =>
  against(
    (_, count) =>
      count === 1
        ? { status: 429, body: { retry_after: 0.2 }, headers: { "x-ratelimit-scope": "shared" } }
        : { status: count === 2 ? 200 : 503, body: { id: "1" } },
    ({ calls, heard }) =>
      Effect.gen(function* () {
        const hits = Metric.value(Metric.tagged(rateLimitHits, "scope", "shared"))
        const before = (yield* hits).count
        yield* calls.followUp(channel, token, { content: "x" })
        expect(heard).toHaveLength(2)
        expect(heard[1]!.at - heard[0]!.at).toBeGreaterThanOrEqual(195)
        expect((yield* hits).count - before).toBe(1)
        expect(yield* Effect.flip(calls.followUp(channel, token, { content: "x" }))).toMatchObject({
          status: 503
        })
        expect(heard).toHaveLength(3)
      })
  )
)

it.scopedLive("a redirect is not followed, and a proxy's page with 200 is no answer", () =>
  against(
    (_, count) =>
      count === 1
        ? { status: 307, headers: { location: "/elsewhere" } }
        : { status: 200, body: "<html>welcome</html>" },
    ({ calls, heard }) =>
      Effect.gen(function* () {
        const edit = Effect.flip(calls.edit(channel, token, { content: "x" }))
        expect(yield* edit).toMatchObject({ reason: "connection", maybeSent: true })
        expect(heard).toHaveLength(1)
        expect(yield* edit).toMatchObject({ reason: "answer", maybeSent: true })
      })
  )
)

it.scopedLive("a call is one span with a name that says what it does, however often it is sent", () =>
  Effect.gen(function* () {
    const spans: Array<Tracer.Span> = []
    yield* against(
      (_, count) => (count === 1 ? { status: 503 } : { status: 200, body: { id: "1" } }),
      ({ calls, rest }) =>
        Effect.gen(function* () {
          yield* callback(calls)
          yield* calls.edit(channel, token, { content: "x" })
          yield* calls.followUp(channel, token, { content: "x" })
          yield* rest.createMessage(channel, { content: "x" })
          yield* rest.createDm({ recipient_id: channel })
        })
    ).pipe(Effect.provide(Layer.setTracer(yield* recording(spans))))
    expect(spans.map(({ name }) => name)).toEqual([
      "discord acknowledge",
      "discord edit answer",
      "discord follow up",
      "discord post message",
      "discord open DM"
    ])
    expect(spans[0]!.attributes.get("http.request.resend_count")).toBe(1)
    expect(spans[0]!.attributes.has("error.type")).toBe(false)
    for (const span of spans) expect(JSON.stringify([...span.attributes])).not.toContain(interactionToken)
  })
)
