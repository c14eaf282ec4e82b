import { inspect } from "node:util"
import { expect, it } from "@effect/vitest"
import { DiscordREST, type DiscordRestService } from "dfx/DiscordREST"
import { Cause, Duration, Effect, Exit, Fiber, Metric } from "effect"
import { BotToken } from "../../../src/adapters/discord/BotToken.ts"
import * as GatewayAddress from "../../../src/adapters/discord/GatewayAddress.ts"
import { rateLimitHits } from "../../../src/adapters/discord/Rest.ts"
import {
  DiscordApiError,
  DiscordUnreachable,
  isTokenRejected,
  toApiError
} from "../../../src/adapters/discord/RestErrors.ts"
import { botToken, type Heard, loopback, type Reply, restAt } from "./LoopbackRest.ts"

const channel = "123456789012345678"
const interactionToken = "aW50ZXJhY3Rpb246c2VjcmV0"

const against = <A, E>(
  reply: (heard: Heard, count: number) => Reply,
  use: (rest: DiscordRestService, heard: ReadonlyArray<Heard>) => Effect.Effect<A, E, BotToken | DiscordREST>
) =>
  Effect.gen(function* () {
    const server = yield* loopback(reply)
    return yield* Effect.flatMap(DiscordREST, rest => use(rest, server.heard)).pipe(
      Effect.provide(restAt(server.url))
    )
  })

const callback = (rest: DiscordRestService) =>
  rest.createInteractionResponse(channel, interactionToken, { payload: { type: 5, data: { flags: 64 } } })

it.scopedLive("names itself, and sends the bot token with the bot's own calls alone", () =>
  against(
    () => ({ status: 200, body: { id: "1" } }),
    (rest, heard) =>
      Effect.gen(function* () {
        yield* rest.createMessage(channel, { content: "hi" })
        yield* callback(rest)
        expect(heard[0]!.headers.authorization).toBe(`Bot ${botToken}`)
        expect(heard[0]!.headers["user-agent"]).toMatch(/^DiscordBot \(https:\/\/\S+, \d+\.\d+\.\d+\)$/)
        expect(heard[0]!.body).toBe('{"content":"hi"}')
        expect(heard[1]!.url).toBe(`/api/v10/interactions/${channel}/${interactionToken}/callback`)
        expect(heard[1]!.headers.authorization).toBeUndefined()
      })
  )
)

it.scopedLive("an answer without end is not read to its end, and counts as one that was lost", () =>
  against(
    (_, count) => ({ status: 200, body: { id: "1", content: "x".repeat(count === 1 ? 9 << 20 : 7 << 20) } }),
    rest =>
      Effect.gen(function* () {
        const lost = yield* Effect.flip(rest.createMessage(channel, { content: "hi" }))
        expect(toApiError(lost)).toMatchObject({ reason: "connection", maybeSent: true })
        expect((yield* rest.createMessage(channel, { content: "hi" })).content).toHaveLength(7 << 20)
      })
  )
)

it.scopedLive("a callback that Discord accepts without a body succeeds", () =>
  against(
    () => ({ status: 204 }),
    rest => callback(rest)
  )
)

it.scopedLive("a 5xx is tried again after a pause when doing it twice is harmless", () =>
  against(
    (_, count) => (count < 3 ? { status: 503 } : { status: 200, body: { id: "9" } }),
    (rest, heard) =>
      Effect.gen(function* () {
        const answer = yield* rest.getMyApplication()
        expect(answer.id).toBe("9")
        expect(heard).toHaveLength(3)
        expect(heard[1]!.at - heard[0]!.at).toBeGreaterThan(100)
      })
  )
)

it.scopedLive("a message without a nonce is not sent again when its answer is lost", () =>
  against(
    () => "reset",
    (rest, heard) =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(rest.createMessage(channel, { content: "x" }))
        const error = toApiError(failure)
        expect(error).toBeInstanceOf(DiscordUnreachable)
        expect(error).toMatchObject({ maybeSent: true, route: "/channels/{id}/messages" })
        expect(heard).toHaveLength(1)
      })
  )
)

it.scopedLive("a message with an enforced nonce is sent again, with the same nonce", () =>
  against(
    (_, count) => (count === 1 ? "reset" : { status: 200, body: { id: "9" } }),
    (rest, heard) =>
      Effect.gen(function* () {
        yield* rest.createMessage(channel, { content: "x", nonce: "abc", enforce_nonce: true })
        expect(heard.map(one => JSON.parse(one.body).nonce)).toEqual(["abc", "abc"])
      })
  )
)

it.scopedLive("where nobody listens, a message was certainly not sent", () =>
  Effect.gen(function* () {
    const { url } = yield* Effect.scoped(loopback(() => "hang"))
    const error = yield* Effect.flatMap(DiscordREST, rest =>
      rest.createMessage(channel, { content: "x" })
    ).pipe(Effect.flip, Effect.map(toApiError), Effect.provide(restAt(url)))
    expect(error).toMatchObject({ _tag: "DiscordUnreachable", maybeSent: false })
  })
)

it.scopedLive("a callback gives up within 2.5 seconds in all", () =>
  against(
    () => "hang",
    (rest, heard) =>
      Effect.gen(function* () {
        const [took, failure] = yield* Effect.timed(Effect.flip(callback(rest)))
        expect(Duration.toMillis(took)).toBeLessThan(2700)
        expect(toApiError(failure)).toMatchObject({ reason: "timeout", maybeSent: true })
        expect(heard.length).toBeGreaterThan(1)
      })
  )
)

it.scopedLive("a callback that got through although its answer was lost counts as done", () =>
  against(
    (_, count) => (count === 1 ? "reset" : { status: 400, body: { code: 40060, message: "acknowledged" } }),
    rest => callback(rest)
  )
)

it.scopedLive("a callback that somebody else answered stays refused", () =>
  against(
    () => ({ status: 400, body: { code: 40060, message: "acknowledged" } }),
    rest =>
      Effect.gen(function* () {
        expect(toApiError(yield* Effect.flip(callback(rest)))).toMatchObject({ code: 40060, status: 400 })
      })
  )
)

it.scopedLive(
  "after one 401 no call of the bot's leaves the process, and the token is known to be rejected",
  () =>
    against(
      heard =>
        heard.url.includes("/callback") ? { status: 204 } : { status: 401, body: { code: 0, message: "" } },
      (rest, heard) =>
        Effect.gen(function* () {
          expect(isTokenRejected(toApiError(yield* Effect.flip(rest.getMyApplication())))).toBe(true)
          expect(isTokenRejected(toApiError(yield* Effect.flip(rest.getMyApplication())))).toBe(true)
          expect(heard).toHaveLength(1)
          yield* callback(rest)
          const rejected = yield* Effect.flatMap(BotToken, token => Effect.flip(token.rejected))
          expect(rejected.message).toContain("DISCORD_BOT_TOKEN")
        })
    )
)

it.scopedLive("an interaction token that has expired says nothing about the bot token", () =>
  against(
    (_, count) =>
      count === 1 ? { status: 401, body: { code: 50027, message: "" } } : { status: 200, body: { id: "7" } },
    rest =>
      Effect.gen(function* () {
        const edit = rest.updateOriginalWebhookMessage(channel, interactionToken, {
          payload: { content: "x" }
        })
        const error = toApiError(yield* Effect.flip(edit))
        expect(error).toMatchObject({ status: 401, code: 50027 })
        expect(isTokenRejected(error)).toBe(false)
        yield* rest.getMyApplication()
      })
  )
)

for (const [what, body] of [
  ["HTML", "<html>401 Authorization Required</html>"],
  ["nothing", undefined],
  ["JSON of another form", { error: "unauthorized" }],
  ["JSON without a code", { message: "401: Unauthorized" }],
  ["JSON with a code of its own", { message: "Unauthorized", code: 401 }],
  ["null", null]
] as const) {
  it.scopedLive(`a 401 of ${what} is a proxy's: asked again, and no word on the bot token (C24)`, () =>
    against(
      (_, count) => (count === 1 ? { status: 401, body } : { status: 200, body: { id: "7" } }),
      (rest, heard) =>
        Effect.gen(function* () {
          expect((yield* rest.getMyApplication()).id).toBe("7")
          expect(heard).toHaveLength(2)
          expect(yield* Effect.flatMap(BotToken, token => token.isRejected)).toBe(false)
        })
    )
  )
}

it.scopedLive(
  "a 401 that stays a proxy's page leaves the gateway's address unknown, and nothing fatal (C24)",
  () =>
    against(
      () => ({ status: 401, body: "<html>" }),
      () =>
        Effect.gen(function* () {
          const failure = yield* Effect.flip(GatewayAddress.read)
          expect(failure).toMatchObject({ _tag: "DiscordApiError", status: 401, fromDiscord: false })
        })
    )
)

it.scopedLive("a proxy's page in place of the answer to a callback is asked again in time (C2)", () =>
  against(
    (_, count) => (count === 1 ? { status: 403, body: "<html>blocked</html>" } : { status: 204 }),
    (rest, heard) =>
      Effect.zipRight(
        callback(rest),
        Effect.sync(() => expect(heard).toHaveLength(2))
      )
  )
)

it.scopedLive("a callback is sent again after a 429 that names no time (C2)", () =>
  against(
    (_, count) => (count === 1 ? { status: 429, body: "slow down" } : { status: 204 }),
    (rest, heard) =>
      Effect.zipRight(
        callback(rest),
        Effect.sync(() => expect(heard).toHaveLength(2))
      )
  )
)

it.scopedLive("a 429 whose time stands in its JSON alone is waited out (C2)", () =>
  against(
    (_, count) =>
      count === 1
        ? { status: 429, body: { message: "slow down", retry_after: 0.2, global: false } }
        : { status: 200, body: { id: "1" } },
    (rest, heard) =>
      Effect.gen(function* () {
        yield* rest.createMessage(channel, { content: "x" })
        expect(heard).toHaveLength(2)
        expect(heard[1]!.at - heard[0]!.at).toBeGreaterThanOrEqual(195)
      })
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
      (rest, heard) =>
        Effect.gen(function* () {
          yield* Effect.flip(
            rest.updateOriginalWebhookMessage(channel, interactionToken, { payload: { content: "old" } })
          )
          expect(heard).toHaveLength(1)
        })
    )
  )
}

it.scopedLive("a card's edit that met a 5xx is handed back, to be drawn again (H1)", () =>
  against(
    () => ({ status: 503 }),
    (rest, heard) =>
      Effect.gen(function* () {
        yield* Effect.flip(rest.updateMessage(channel, channel, { content: "old" }))
        expect(heard).toHaveLength(1)
      })
  )
)

it.scopedLive("a 429 is waited out and counted", () =>
  against(
    (_, count) =>
      count === 1
        ? {
            status: 429,
            body: { retry_after: 0.2, global: false, message: "" },
            headers: { "retry-after": "0.2", "x-ratelimit-scope": "shared" }
          }
        : { status: 200, body: { id: "1" } },
    (rest, heard) =>
      Effect.gen(function* () {
        const hits = Metric.value(Metric.tagged(rateLimitHits, "scope", "shared"))
        const before = (yield* hits).count
        yield* rest.createMessage(channel, { content: "x" })
        expect(heard).toHaveLength(2)
        expect(heard[1]!.at - heard[0]!.at).toBeGreaterThanOrEqual(200)
        expect((yield* hits).count - before).toBe(1)
      })
  )
)

it.scopedLive("a 429 that names no time is handed back instead of being repeated for ever", () =>
  against(
    () => ({ status: 429, body: "<html>slow down</html>" }),
    (rest, heard) =>
      Effect.gen(function* () {
        const error = toApiError(yield* Effect.flip(rest.createMessage(channel, { content: "x" })))
        expect(error).toMatchObject({ _tag: "DiscordApiError", status: 429 })
        expect(heard).toHaveLength(1)
      })
  )
)

it.scopedLive("a wait longer than the deadline is handed back with its length", () =>
  against(
    () => ({ status: 429, body: { retry_after: 900 }, headers: { "retry-after": "900" } }),
    rest =>
      Effect.gen(function* () {
        const error = toApiError(yield* Effect.flip(rest.createMessage(channel, { content: "x" })))
        if (!(error instanceof DiscordApiError)) throw error
        expect(Duration.toSeconds(error.retryAfter!)).toBeGreaterThanOrEqual(900)
      })
  )
)

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
    (rest, heard) =>
      Effect.gen(function* () {
        const stuck = yield* Effect.fork(rest.createMessage(channel, { content: "x" }))
        while (heard.length === 0) yield* Effect.yieldNow()
        const [took] = yield* Effect.timed(
          Effect.zipRight(
            callback(rest),
            rest.updateOriginalWebhookMessage(channel, interactionToken, { payload: { content: "x" } })
          )
        )
        expect(Duration.toMillis(took)).toBeLessThan(1000)
        yield* Fiber.interrupt(stuck)
      })
  )
)

it.scopedLive("an answer that is not JSON ends in its status", () =>
  against(
    () => ({ status: 403, body: "<html>blocked</html>" }),
    rest =>
      Effect.gen(function* () {
        expect(toApiError(yield* Effect.flip(rest.createMessage(channel, { content: "x" })))).toMatchObject({
          _tag: "DiscordApiError",
          status: 403,
          code: 0
        })
      })
  )
)

/** Sets the wall clock by so much until the test ends. */
const wallClockSet = (millis: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = Date.now
      Date.now = () => before() + millis
      return before
    }),
    before =>
      Effect.sync(() => {
        Date.now = before
      })
  )

const spent = { "x-ratelimit-limit": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "0.6" }

for (const millis of [-3_600_000, -40_000, 3_600_000]) {
  it.scopedLive(`a limit lasts as long as it does although the wall clock is set by ${millis} ms (C3)`, () =>
    against(
      () => ({ status: 200, body: { id: "1" }, headers: spent }),
      (rest, heard) =>
        Effect.gen(function* () {
          const start = performance.now()
          const say = rest.createMessage(channel, { content: "x" })
          yield* say
          const waiting = yield* Effect.fork(say)
          yield* Effect.sleep("100 millis")
          yield* wallClockSet(millis)
          yield* say
          yield* Fiber.join(waiting)
          expect(heard).toHaveLength(3)
          expect(performance.now() - start).toBeGreaterThan(1100)
          expect(performance.now() - start).toBeLessThan(8000)
        }).pipe(Effect.scoped)
    )
  )
}

it.scopedLive("files go as a form beside the payload", () =>
  against(
    () => ({ status: 200, body: { id: "1" } }),
    (rest, heard) =>
      Effect.gen(function* () {
        const file = new File(['{"mine":true}'], "export.json", { type: "application/json" })
        yield* rest
          .updateOriginalWebhookMessage(channel, interactionToken, { payload: { content: "yours" } })
          .pipe(rest.withFiles([file]))
        const { headers, body } = heard[0]!
        expect(headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/)
        expect(body).toContain('name="files[0]"; filename="export.json"')
        expect(body).toContain('name="payload_json"\r\n\r\n{"content":"yours"}')
      })
  )
)

it.scopedLive("no error shows a token, whatever prints it", () =>
  against(
    (_, count) => (count === 1 ? { status: 404, body: { code: 10015, message: "" } } : "reset"),
    rest =>
      Effect.gen(function* () {
        const edit = rest.updateOriginalWebhookMessage(channel, interactionToken, {
          payload: { content: "x" }
        })
        const follow = rest.executeWebhook(channel, interactionToken, { payload: { content: "x" } })
        const send = rest.createMessage(channel, { content: "x" })
        for (const call of [edit, follow, send]) {
          const exit = yield* Effect.exit(call)
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
