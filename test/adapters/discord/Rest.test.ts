import { expect, it } from "@effect/vitest"
import { DiscordREST } from "dfx/DiscordREST"
import { Cause, Duration, Effect, Exit, Fiber, Metric } from "effect"
import { BotToken } from "../../../src/adapters/discord/BotToken.ts"
import * as GatewayAddress from "../../../src/adapters/discord/GatewayAddress.ts"
import { rateLimitHits } from "../../../src/adapters/discord/rateLimitHits.ts"
import {
  DiscordApiError,
  DiscordUnreachable,
  isTokenRejected,
  toApiError
} from "../../../src/adapters/discord/RestErrors.ts"
import { against, botToken, callback, channel, interactionToken, loopback, restAt } from "./LoopbackRest.ts"

it.scopedLive("names itself, and sends the bot token with the bot's own calls alone", () =>
  against(
    () => ({ status: 200, body: { id: "1" } }),
    ({ calls, heard, rest }) =>
      Effect.gen(function* () {
        yield* rest.createMessage(channel, { content: "hi" })
        yield* callback(calls)
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
    ({ rest }) =>
      Effect.gen(function* () {
        const lost = yield* Effect.flip(rest.createMessage(channel, { content: "hi" }))
        expect(toApiError(lost)).toMatchObject({ reason: "connection", maybeSent: true })
        expect((yield* rest.createMessage(channel, { content: "hi" })).content).toHaveLength(7 << 20)
      })
  )
)

it.scopedLive("a 5xx is tried again after a pause when doing it twice is harmless", () =>
  against(
    (_, count) => (count < 3 ? { status: 503 } : { status: 200, body: { id: "9" } }),
    ({ heard, rest }) =>
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
    ({ heard, rest }) =>
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
    ({ heard, rest }) =>
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

it.scopedLive(
  "after one 401 no call of the bot's leaves the process, and the token is known to be rejected",
  () =>
    against(
      heard =>
        heard.url.includes("/callback") ? { status: 204 } : { status: 401, body: { code: 0, message: "" } },
      ({ calls, heard, rest }) =>
        Effect.gen(function* () {
          expect(isTokenRejected(toApiError(yield* Effect.flip(rest.getMyApplication())))).toBe(true)
          expect(isTokenRejected(toApiError(yield* Effect.flip(rest.getMyApplication())))).toBe(true)
          expect(heard).toHaveLength(1)
          yield* callback(calls)
          const rejected = yield* Effect.flatMap(BotToken, token => Effect.flip(token.rejected))
          expect(rejected.message).toContain("DISCORD_BOT_TOKEN")
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
      ({ heard, rest }) =>
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

it.scopedLive("a 429 whose time stands in its JSON alone is waited out (C2)", () =>
  against(
    (_, count) =>
      count === 1
        ? { status: 429, body: { message: "slow down", retry_after: 0.2, global: false } }
        : { status: 200, body: { id: "1" } },
    ({ heard, rest }) =>
      Effect.gen(function* () {
        yield* rest.createMessage(channel, { content: "x" })
        expect(heard).toHaveLength(2)
        expect(heard[1]!.at - heard[0]!.at).toBeGreaterThanOrEqual(195)
      })
  )
)

it.scopedLive("a card's edit that met a 5xx is handed back, to be drawn again (H1)", () =>
  against(
    () => ({ status: 503 }),
    ({ heard, rest }) =>
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
    ({ heard, rest }) =>
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
    ({ heard, rest }) =>
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
    ({ rest }) =>
      Effect.gen(function* () {
        const error = toApiError(yield* Effect.flip(rest.createMessage(channel, { content: "x" })))
        if (!(error instanceof DiscordApiError)) throw error
        expect(Duration.toSeconds(error.retryAfter!)).toBeGreaterThanOrEqual(900)
      })
  )
)

it.scopedLive("an answer that is not JSON ends in its status", () =>
  against(
    () => ({ status: 403, body: "<html>blocked</html>" }),
    ({ rest }) =>
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
      ({ heard, rest }) =>
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

it.scopedLive("an interaction's answer is none of the bot's own calls", () =>
  against(
    () => ({ status: 200, body: { id: "1" } }),
    ({ heard, rest }) =>
      Effect.gen(function* () {
        const answer = rest.executeWebhook(channel, interactionToken, { payload: { content: "x" } })
        const exit = yield* Effect.exit(answer)
        expect(Exit.isFailure(exit) && Cause.isDie(exit.cause)).toBe(true)
        expect(String(exit)).not.toContain(interactionToken)
        expect(heard).toHaveLength(0)
      })
  )
)

it.scopedLive("a global limit holds back what waits for its turn too", () =>
  against(
    (_, count) =>
      count === 1
        ? {
            status: 429,
            body: { retry_after: 0.5, global: true },
            headers: { "retry-after": "0.5", "x-ratelimit-global": "true", "x-ratelimit-scope": "global" }
          }
        : { status: 200, body: { id: "1" } },
    ({ heard, rest }) =>
      Effect.gen(function* () {
        const channels = Array.from({ length: 40 }, (_, index) => String(BigInt(channel) + BigInt(index)))
        yield* Effect.forEach(channels, id => rest.createMessage(id, { content: "x" }), {
          concurrency: "unbounded"
        })
        const [first, ...others] = heard
        // Some may have been on their way already.
        const before = others.filter(({ at }) => at - first!.at < 490)
        expect(before.length).toBeLessThan(20)
        expect(heard).toHaveLength(41)
      })
  )
)
