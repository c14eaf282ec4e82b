import { createPublicKey, verify } from "node:crypto"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Webhook } from "standardwebhooks"
import { webhookEvent } from "../../../sandbox/mochi/webhookEvent.ts"
import {
  generateHmacSecret,
  generateSigningKey,
  publicKeyFor
} from "../../../sandbox/mochi/webhookSigning.ts"
import { usd } from "../../../sandbox/mochi/usd.ts"
import { call, create, decisionPath, linus, signed, start } from "./client.ts"
import { type Received, receiver, statuses } from "./receiver.ts"

const TRACE = "0af7651916cd43dd8448eb211c80319c"
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`
const secret = generateHmacSecret()

const startWith = (url: string, secrets: ReadonlyArray<string> = [secret]) =>
  Effect.tap(start(), fake =>
    Effect.all([
      fake.webhooks.target({ botUrls: [url], secrets }),
      fake.webhooks.configure({ retryBase: "1 millis" })
    ])
  )

const headersOf = (received: Received): Record<string, string> =>
  Object.fromEntries(Object.entries(received.headers).map(([name, value]) => [name, String(value)]))

it.scopedLive("a create and its decision are announced, signed and on the trace of their call", () =>
  Effect.gen(function* () {
    const bot = yield* receiver()
    const fake = yield* startWith(bot.url)
    yield* create(fake, "i1", {}, { traceparent: PARENT })
    const [request] = yield* fake.requests
    yield* call(fake, "POST", decisionPath(request!.code, "approved"), { ...signed(), traceparent: PARENT })
    yield* fake.webhooks.idle
    expect(statuses(bot.received)).toEqual(["pending", "success"])
    for (const webhook of bot.received) {
      expect(webhook.path).toBe("/webhooks/mochi")
      expect(() => new Webhook(secret).verify(webhook.body, headersOf(webhook))).not.toThrow()
      expect(webhook.headers["traceparent"]).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
      expect(webhook.headers["traceparent"]).not.toBe(PARENT)
    }
    expect(JSON.parse(bot.received[1]!.body)).toMatchObject({
      type: "NOTIFICATION_PAY_TRANSFER_REQUEST",
      pay_transfer_request_metadata: {
        request_code: request!.code,
        app_id: 123,
        app_name: "DAO App",
        app_owner_profile_id: linus,
        decided_by_profile_id: linus,
        sender_profile_type: "APPLICATION_VAULT",
        vault_name: "Community Vault",
        token_symbol: "USDC",
        token_amount: "10500000",
        token_decimal: 6,
        token_amount_in_usd: "$10.50",
        requester_metadata: { interaction_id: "i1", channel_id: "381870553235193857" }
      }
    })
  })
)

it.scopedLive("decisions elsewhere and failures are announced too", () =>
  Effect.gen(function* () {
    const bot = yield* receiver()
    const fake = yield* startWith(bot.url)
    const first = yield* fake.seedRequest({ announced: true })
    yield* fake.decide(first.code, "approved")
    yield* fake.decide(first.code, "failed")
    yield* fake.webhooks.idle
    expect(statuses(bot.received)).toEqual(["pending", "success", "failed"])
    const second = yield* fake.seedRequest()
    yield* fake.decide(second.code, "expired")
    yield* fake.webhooks.idle
    expect(statuses(bot.received).slice(3)).toEqual(["expired"])
  })
)

it.scopedLive("a v1a signature is Ed25519 over id, stamp and body, beside v1 where both are asked for", () =>
  Effect.gen(function* () {
    const bot = yield* receiver()
    const key = generateSigningKey()
    const fake = yield* startWith(bot.url, [secret, key.secret])
    yield* fake.webhooks.send({ body: webhookEvent() })
    const [webhook] = bot.received
    const {
      "webhook-id": id,
      "webhook-timestamp": stamp,
      "webhook-signature": signatures
    } = headersOf(webhook!)
    const [v1, v1a] = signatures!.split(" ")
    expect(v1).toMatch(/^v1,/)
    expect(v1a).toMatch(/^v1a,/)
    expect(publicKeyFor(key.secret)).toBe(key.publicKey)
    const x = Buffer.from(key.publicKey.slice("whpk_".length), "base64").toString("base64url")
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
    const verifies = (body: string) =>
      verify(null, Buffer.from(`${id}.${stamp}.${body}`), publicKey, Buffer.from(v1a!.slice(4), "base64"))
    expect([verifies(webhook!.body), verifies(`${webhook!.body} `)]).toEqual([true, false])
  })
)

it.scopedLive("an event is sent again under its id until the bot takes it", () =>
  Effect.gen(function* () {
    const bot = yield* receiver([503, 500])
    const fake = yield* startWith(bot.url)
    yield* fake.seedRequest({ announced: true })
    yield* fake.webhooks.idle
    const log = yield* fake.webhooks.log
    expect(log.map(({ status, attempt }) => [status, attempt])).toEqual([
      [503, 1],
      [500, 2],
      [202, 3]
    ])
    expect(new Set(bot.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1)
  })
)

it.scopedLive("tries end after their bound, and a bot that is not there is on record", () =>
  Effect.gen(function* () {
    const fake = yield* startWith("http://127.0.0.1:1")
    yield* fake.webhooks.configure({ maxTries: 3 })
    yield* fake.seedRequest({ announced: true })
    yield* fake.webhooks.idle
    const log = yield* fake.webhooks.log
    expect(log.map(({ status }) => status)).toEqual([undefined, undefined, undefined])
    expect(log[0]!.answer).not.toBe("")
  })
)

it.scopedLive("events can be switched off, doubled, and doubled under another id", () =>
  Effect.gen(function* () {
    const bot = yield* receiver()
    const fake = yield* startWith(bot.url)
    const announce = (behaviour: Parameters<typeof fake.webhooks.configure>[0]) =>
      Effect.gen(function* () {
        yield* fake.webhooks.configure(behaviour)
        bot.received.length = 0
        yield* fake.seedRequest({ announced: true })
        yield* fake.webhooks.idle
        return bot.received.map(({ headers }) => headers["webhook-id"])
      })
    expect(yield* announce({ enabled: false })).toEqual([])
    const twice = yield* announce({ enabled: true, copies: 2 })
    expect([twice.length, new Set(twice).size]).toEqual([2, 1])
    const fresh = yield* announce({ freshIds: true })
    expect([fresh.length, new Set(fresh).size]).toEqual([2, 2])
  })
)

it.scopedLive("a share of the events is sent twice, drawn from the seed", () =>
  Effect.gen(function* () {
    const bot = yield* receiver()
    const fake = yield* startWith(bot.url)
    yield* fake.webhooks.configure({ twice: 0.3, freshIds: true })
    yield* Effect.forEach(Array.from({ length: 40 }), () => fake.seedRequest({ announced: true }))
    yield* fake.webhooks.idle
    const copies = bot.received.length - 40
    expect(copies).toBeGreaterThan(4)
    expect(copies).toBeLessThan(24)
    expect(new Set(bot.received.map(({ headers }) => headers["webhook-id"])).size).toBe(40 + copies)
    expect(new Set(bot.received.map(({ body }) => body)).size).toBe(40)
  })
)

it.scopedLive("a parked event is overtaken by the next one of its request", () =>
  Effect.gen(function* () {
    const bot = yield* receiver()
    const fake = yield* startWith(bot.url)
    yield* fake.webhooks.configure({ outOfOrder: 1, parkedAtMost: "1 minute" })
    const { code } = yield* fake.seedRequest({ announced: true })
    yield* fake.webhooks.configure({ outOfOrder: 0 })
    yield* fake.decide(code, "approved")
    yield* fake.webhooks.idle
    expect(statuses(bot.received)).toEqual(["success", "pending"])
  })
)

it.scopedLive("a parked event that nothing overtakes goes out in the end", () =>
  Effect.gen(function* () {
    const bot = yield* receiver()
    const fake = yield* startWith(bot.url)
    yield* fake.webhooks.configure({ outOfOrder: 1, parkedAtMost: "5 millis" })
    yield* fake.seedRequest({ announced: true })
    yield* fake.webhooks.idle
    expect(statuses(bot.received)).toEqual(["pending"])
  })
)

it.scopedLive("a webhook made by hand carries what it is told to, and says what came back", () =>
  Effect.gen(function* () {
    const bot = yield* receiver([400])
    const fake = yield* startWith(bot.url)
    const attempt = yield* fake.webhooks.send({
      body: webhookEvent({ status: undefined, app_id: "123", token_amount: "-1" }, { extra: [1] }),
      id: "msg_1",
      timestamp: 1,
      headers: { "webhook-signature": "", traceparent: PARENT }
    })
    expect(attempt.status).toBe(400)
    const [webhook] = bot.received
    expect(webhook!.headers).toMatchObject({
      "webhook-id": "msg_1",
      "webhook-timestamp": "1",
      traceparent: PARENT
    })
    expect(webhook!.headers).not.toHaveProperty("webhook-signature")
    const body = JSON.parse(webhook!.body)
    expect(body).toMatchObject({
      extra: [1],
      pay_transfer_request_metadata: { app_id: "123", token_amount: "-1" }
    })
    expect(body.pay_transfer_request_metadata).not.toHaveProperty("status")
    yield* fake.webhooks.send({ body: "{ not json", secrets: [generateHmacSecret()] })
    expect(bot.received[1]!.body).toBe("{ not json")
    expect(() => new Webhook(secret).verify("{ not json", headersOf(bot.received[1]!))).toThrow()
  })
)

it("dollars are exact and rounded half up", () => {
  expect(usd(10_500_000n, 6, "1")).toBe("$10.50")
  expect(usd(5n, 3, "1")).toBe("$0.01")
  expect(usd(4_999n, 6, "1")).toBe("$0.00")
  expect(usd(10n ** 36n, 36, "2512.345")).toBe("$2512.35")
  expect(usd(3n, 0, "0.5")).toBe("$1.50")
})
