import { expect, it as single, layer } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { request } from "node:http"
import { generateHmacSecret, generateSigningKey, signedHeaders } from "../../sandbox/mochi/webhookSigning.ts"
import { webhookEvent } from "../../sandbox/mochi/webhookEvent.ts"
import type { Overrides } from "../../sandbox/mochi/webhookEvent.ts"
import { impossibleExpiries, possibleExpiries } from "../domain/expiries.ts"
import { optionalFields, requiredFields } from "../support/eventFields.ts"
import * as TcpProxy from "../support/tcpProxy.ts"
import { inDatabase } from "./stored.ts"
import { makeWorld, RunningWorld, startService } from "./world.ts"
import type { World } from "./world.ts"

const hmac = generateHmacSecret()
const nextHmac = generateHmacSecret()
const asymmetric = generateSigningKey()
const running = RunningWorld.layer({
  environment: { MOCHI_WEBHOOK_SECRETS: `${hmac},${nextHmac} ${asymmetric.publicKey}`, LOG_LEVEL: "none" }
})

layer(running, { excludeTestServices: true, timeout: 60_000 })("POST /webhooks/mochi", it => {
  it.scoped("accepts by either scheme and any known secret, once for each id", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      for (const [index, secret] of [hmac, nextHmac, asymmetric.secret].entries()) {
        const body = JSON.stringify(webhookEvent({ request_code: `A${index}` }))
        const id = `msg_accept_${index}`
        expect(yield* post(world, { id, body, secrets: [secret] })).toMatchObject({
          status: 202,
          json: { status: "accepted", id }
        })
        expect(yield* post(world, { id, body, secrets: [secret] })).toMatchObject({
          status: 202,
          json: { status: "duplicate", id }
        })
        expect((yield* post(world, { id: `${id}_again`, body, secrets: [secret] })).json).toMatchObject({
          status: "accepted"
        })
        const rows = yield* inDatabase(
          world,
          sql => sql`select 1 from notifications where code = ${`A${index}`}`
        )
        expect(rows.length).toBe(1)
      }
    })
  )

  it.scoped("stores an id once where the same webhook comes twenty times at once", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const body = JSON.stringify(webhookEvent({ request_code: "AT-ONCE" }))
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => post(world, { id: "msg_at_once", body })),
        { concurrency: "unbounded" }
      )
      const statuses = answers.map(({ json }) => Object(json)["status"])
      expect(statuses.filter(status => status === "accepted").length).toBe(1)
      expect(statuses.filter(status => status === "duplicate").length).toBe(19)
    })
  )

  it.scoped("ignores what is not for this bot, however little of it is there", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      for (const body of [
        { type: "NOTIFICATION_OF_SOMETHING_ELSE" },
        { type: "NOTIFICATION_OF_SOMETHING_ELSE", pay_transfer_request_metadata: 7 },
        webhookEvent({ sender_profile_type: "USER" }),
        {
          type: "NOTIFICATION_PAY_TRANSFER_REQUEST",
          pay_transfer_request_metadata: { sender_profile_type: "USER" }
        }
      ])
        expect(yield* post(world, { body: JSON.stringify(body) })).toMatchObject({
          status: 202,
          json: { status: "ignored" }
        })
    })
  )

  it.scoped("names the field that is missing or of a wrong type, and repeats nothing of it", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      for (const field of requiredFields)
        yield* expectMalformed(world, webhookEvent({ [field]: undefined }), field)
      for (const field of requiredFields)
        for (const wrong of [true, ["s3cr3t"], { s3cr3t: 1 }, -1, 1.5])
          yield* expectMalformed(world, webhookEvent({ [field]: wrong }), field)
      for (const field of requiredFields) {
        yield* expectMalformed(world, webhookEvent({ [field]: null }), field)
        yield* expectMalformed(world, webhookEvent({ [field]: " " }), field)
      }
      for (const [body, field] of [
        [{}, "type"],
        [{ type: 7 }, "type"],
        [{ type: "NOTIFICATION_PAY_TRANSFER_REQUEST" }, "pay_transfer_request_metadata"],
        [{ type: "NOTIFICATION_PAY_TRANSFER_REQUEST", pay_transfer_request_metadata: [] }, ""]
      ] as const)
        yield* expectMalformed(world, body, field)
    })
  )

  it.scoped("takes optional fields that do not decode as absent, and the card comes (C25)", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      for (const wrong of [true, ["s3cr3t"], { s3cr3t: 1 }, -1, 1.5]) {
        for (const field of optionalFields)
          expect(
            (yield* post(world, { body: JSON.stringify(webhookEvent({ [field]: wrong })) })).status,
            `${field}: ${JSON.stringify(wrong)}`
          ).toBe(202)
        for (const field of ["platform", "discord_user_id", "guild_id", "channel_id", "interaction_id"])
          expect(
            (yield* post(world, {
              body: JSON.stringify(
                webhookEvent({ requester_metadata: { platform: "discord", [field]: wrong } })
              )
            })).status
          ).toBe(202)
      }
      const spoilt = Object.fromEntries(optionalFields.map(field => [field, { s3cr3t: 1 }]))
      const body = JSON.stringify(webhookEvent({ ...spoilt, status: "pending", request_code: "SPOILT" }))
      expect((yield* post(world, { body })).status).toBe(202)
      yield* world.discord.awaitMessage(message => JSON.stringify(message.embeds).includes("SPOILT"), 20_000)
    })
  )

  it.scoped(
    "stores whatever Mochi sends, or says at once which field is at fault (A15, C8)",
    () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const fields = fc.record(
          Object.fromEntries([...requiredFields, ...optionalFields].map(field => [field, hostile])),
          { requiredKeys: [] }
        )
        const metadata = fc.record(
          Object.fromEntries(
            ["discord_user_id", "guild_id", "channel_id", "interaction_id"].map(field => [field, hostile])
          )
        )
        const events = fc.sample(fc.tuple(fields, metadata), { numRuns: 150, seed: 20_260_101 })
        // One field at a time as well: a first one at fault would hide what the others do to the store.
        const single = fc.sample(
          fc
            .tuple(fc.constantFrom(...requiredFields, ...optionalFields), hostile)
            .map(([field, value]) => ({ [field]: value })),
          { numRuns: 350, seed: 20_260_102 }
        )
        const counted: Record<number, number> = {}
        for (const [index, event] of [
          ...["\u0000", "a\ud800", "\udc00b"].map(request_code => ({ request_code })),
          ...single,
          ...events.map(([some, origin]) => ({
            ...some,
            requester_metadata: { platform: "discord", ...origin }
          }))
        ].entries()) {
          const body = JSON.stringify(webhookEvent({ request_code: `ANY-${index}`, ...event })).replaceAll(
            /"raw:([^"]*)"/g,
            "$1"
          )
          const { status } = yield* post(world, { body })
          expect([202, 400], `${status} for ${body.slice(0, 2000)}`).toContain(status)
          counted[status] = (counted[status] ?? 0) + 1
        }
        expect(Object.values(counted).every(number => number > 50)).toBe(true)
        const rows = yield* inDatabase(
          world,
          sql => sql`select expires_at from transfer_requests
          where expires_at < '2015-01-01' or expires_at > '9999-12-31T23:59:59.999Z'`
        )
        expect(rows).toEqual([])
      }),
    180_000
  )

  it.scoped("takes optional fields that are absent, null or empty", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      for (const field of optionalFields)
        for (const nothing of [undefined, null])
          expect(
            (yield* post(world, { body: JSON.stringify(webhookEvent({ [field]: nothing })) })).status
          ).toBe(202)
    })
  )

  it.scoped("takes ids and decimals as numbers and as text", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const variants: ReadonlyArray<Overrides> = [
        { app_id: "123", token_decimal: "6", app_owner_profile_id: 90103 },
        { app_id: 123, token_decimal: 6, user_profile_id: 90102 },
        { token_amount: "10.5" },
        { token_amount: `${"9".repeat(60)}`, token_decimal: 36 }
      ]
      for (const fields of variants)
        expect((yield* post(world, { body: JSON.stringify(webhookEvent(fields)) })).status).toBe(202)
    })
  )

  it.scoped("refuses amounts that are no plain number, and more decimals than the token has", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      for (const token_amount of [
        "-1",
        "+1",
        "1e9",
        "0x10",
        "1,000",
        "1.",
        ".5",
        "",
        "Infinity",
        "NaN",
        "١",
        "1 0"
      ])
        yield* expectMalformed(world, webhookEvent({ token_amount }), "token_amount")
      yield* expectMalformed(world, webhookEvent({ token_amount: "1.1234567" }), "token_amount")
      yield* expectMalformed(world, webhookEvent({ token_amount: 10_500_000 }), "token_amount")
      for (const token_decimal of ["-1", "x", "256", "1e1"])
        yield* expectMalformed(world, webhookEvent({ token_decimal }), "token_decimal")
      yield* expectMalformed(world, webhookEvent({ app_id: "12a" }), "app_id")
    })
  )

  it.scoped("answers 400 to what is no JSON, to broken UTF-8 and to JSON too deep to read", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`
      const deepField = `{"type":"NOTIFICATION_PAY_TRANSFER_REQUEST","pay_transfer_request_metadata":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`
      for (const body of ["", "{", "nonsense", "null", "7", '"x"', "[]", deep, deepField, '{"type":"a"}x'])
        expect((yield* post(world, { body })).status, body.slice(0, 30)).toBe(400)
      expect((yield* post(world, { body: Buffer.from([0x7b, 0xff, 0x7d]) })).status).toBe(401)
      const wide = JSON.stringify({
        ...webhookEvent({ request_code: "WIDE" }),
        ...Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`k${index}`, index]))
      })
      expect((yield* post(world, { body: wide })).status).toBe(202)
      const poisoned = JSON.stringify(webhookEvent({ request_code: "PROTO" })).replace(
        "{",
        '{"__proto__":{"type":7},'
      )
      expect((yield* post(world, { body: poisoned })).status).toBe(202)
    })
  )

  it.scoped("takes 64 KiB and answers 413 to one byte more, announced or not", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const short = JSON.stringify(webhookEvent({ request_code: "LARGE" }))
      const exact = short + " ".repeat(64 * 1024 - Buffer.byteLength(short))
      expect((yield* post(world, { body: exact })).status).toBe(202)
      expect((yield* post(world, { body: `${exact} ` })).status).toBe(413)
      expect((yield* post(world, { body: `${exact} `, chunked: true })).status).toBe(413)
      expect((yield* post(world, { body: "x".repeat(300_000), chunked: true })).status).toBe(413)
      expect((yield* post(world, { body: short })).status).toBe(202)
    })
  )

  it.scoped("refuses a missing, wrong or stale signature and keeps nothing of it", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const body = JSON.stringify(webhookEvent({ request_code: "UNSIGNED" }))
      const seconds = Math.floor(Date.now() / 1000)
      const refusals: ReadonlyArray<Partial<Webhook>> = [
        { headers: { "webhook-id": "" } },
        { headers: { "webhook-timestamp": "" } },
        { headers: { "webhook-signature": "" } },
        { secrets: [generateHmacSecret()] },
        { secrets: [generateSigningKey().secret] },
        { timestamp: seconds - 310 },
        { timestamp: seconds + 310 },
        { timestamp: 0 },
        { headers: { "webhook-id": "msg_other" } },
        { headers: { "webhook-signature": "v1,AAAA v1a,AAAA" } },
        { headers: { "webhook-signature": "v1,".repeat(4000) } }
      ]
      for (const refusal of refusals) {
        const answer = yield* post(world, { body, ...refusal })
        expect(answer.status).toBe(401)
        expect(answer.text).not.toMatch(/whsec|whpk|msg_|UNSIGNED/)
      }
      for (const timestamp of [seconds - 290, seconds + 290])
        expect((yield* post(world, { body: body.replace("UNSIGNED", "OFF"), timestamp })).status).toBe(202)
      const lines = [hmac, generateHmacSecret()].map(
        secret =>
          signedHeaders({
            id: "msg_lines",
            timestamp: seconds,
            body: body.replace("UNSIGNED", "LINES"),
            secrets: [secret]
          })["webhook-signature"] ?? ""
      )
      const inLines = { id: "msg_lines", timestamp: seconds, headers: { "webhook-signature": lines } }
      expect((yield* post(world, { body: body.replace("UNSIGNED", "LINES"), ...inLines })).status).toBe(202)
      const two = { secrets: [generateHmacSecret(), asymmetric.secret] }
      expect((yield* post(world, { body: body.replace("UNSIGNED", "TWO"), ...two })).status).toBe(202)
      const rows = yield* inDatabase(
        world,
        sql => sql`select 1 from transfer_requests where code = 'UNSIGNED'`
      )
      expect(rows.length).toBe(0)
    })
  )

  it.scoped("refuses a request with any byte of its body flipped", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const body = Buffer.from(JSON.stringify(webhookEvent({ request_code: "FLIPPED" })))
      const headers = signedHeaders({
        id: "msg_flipped",
        timestamp: Math.floor(Date.now() / 1000),
        body: body.toString(),
        secrets: [hmac]
      })
      const statuses = yield* Effect.forEach(
        Array.from(body.keys()),
        at => {
          const flipped = Buffer.from(body)
          flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
          return Effect.map(send(world, headers, flipped), ({ status }) => status)
        },
        { concurrency: 20 }
      )
      expect(new Set(statuses)).toEqual(new Set([401]))
      expect((yield* send(world, headers, body)).status).toBe(202)
    })
  )

  it.scoped("answers 405 to other methods, and there is nothing beside it", () =>
    Effect.gen(function* () {
      const { url } = yield* RunningWorld
      const answers = yield* Effect.promise(() =>
        Promise.all([
          fetch(`${url}/webhooks/mochi`),
          fetch(`${url}/webhooks/mochi`, { method: "PUT", body: "{}" }),
          fetch(`${url}/webhooks/other`, { method: "POST", body: "{}" }),
          fetch(`${url}/interactions`, { method: "POST", body: "{}" }),
          fetch(`${url}/healthz`, { method: "POST" })
        ])
      )
      expect(answers.map(({ status }) => status)).toEqual([405, 405, 404, 404, 405])
      for (const answer of answers)
        expect(yield* Effect.promise(() => answer.text())).not.toMatch(/at .*\.ts/)
    })
  )
})

single.scopedLive(
  "while the database is away or silent webhooks are answered 503 with Retry-After, and taken again afterwards",
  () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ environment: { MOCHI_WEBHOOK_SECRETS: hmac, LOG_LEVEL: "none" } })
      const database = new URL(world.environment["DATABASE_URL"] ?? "")
      const proxy = yield* TcpProxy.make({ host: database.hostname, port: Number(database.port) })
      database.port = String(proxy.port)
      yield* startService(world, { DATABASE_URL: database.href })
      const event = (request_code: string) => JSON.stringify(webhookEvent({ request_code }))
      expect((yield* post(world, { body: event("BEFORE") })).status).toBe(202)

      for (const [name, spoil] of [
        ["AWAY", proxy.cut],
        ["SILENT", proxy.silence]
      ] as const) {
        spoil()
        const begun = Date.now()
        const refused = yield* post(world, { id: `msg_${name}`, body: event(name) })
        expect(refused.status).toBe(503)
        expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0)
        expect(Date.now() - begun).toBeLessThan(12_000)
        const probe = yield* Effect.promise(() => fetch(`${world.url}/healthz`))
        expect(probe.status).toBe(200)
        proxy.restore()
        const again = yield* Effect.repeat(
          Effect.delay(post(world, { id: `msg_${name}`, body: event(name) }), "200 millis"),
          { until: ({ status }) => status === 202 }
        ).pipe(Effect.timeout("20 seconds"))
        expect(Object(again.json)["status"]).toMatch(/accepted|duplicate/)
        yield* world.discord.awaitMessage(message => JSON.stringify(message.embeds).includes(name), 20_000)
      }
    }),
  90_000
)

/** What a store, a queue, a date or a screen might choke on; `raw:` stands for a number as it is written. */
const hostile = fc.oneof(
  fc.constantFrom(
    ...[
      "\u0000",
      "a\u0000b",
      "\ud800",
      "a\udc00b",
      "\u202e",
      "\n".repeat(5000),
      "\\u0000",
      "\\",
      "'",
      "{}",
      "[1,2)"
    ],
    ...[
      "x".repeat(255),
      "💥".repeat(127),
      "ж".repeat(255),
      "9".repeat(255),
      "x".repeat(9000),
      "\u0301".repeat(200)
    ],
    ...[
      "raw:1e400",
      "raw:-1e400",
      "raw:1e308",
      "raw:12345678901234567890123",
      "raw:6.0",
      "raw:-0",
      "raw:1e-400"
    ],
    ...[
      "9".repeat(200),
      `${"9".repeat(200)}.${"9".repeat(200)}`,
      "1e999999999",
      "$1e999",
      "$9,99",
      "infinity",
      "NaN"
    ],
    ...["erased:x", "__proto__", "constructor", "null", "true", "\ufeff", "\uffff"],
    ...impossibleExpiries,
    ...possibleExpiries.map(([written]) => written)
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.date({ noInvalidDate: true }).map(date => date.toISOString())
)

interface Webhook {
  readonly body: string | Buffer
  readonly id?: string
  readonly timestamp?: number
  readonly secrets?: ReadonlyArray<string>
  /** Instead of the signed ones; an empty value takes one away. */
  readonly headers?: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly chunked?: boolean
}

let posted = 0

const post = (world: World, { body, chunked, headers, id, secrets, timestamp }: Webhook) => {
  posted += 1
  const signed = signedHeaders({
    id: id ?? `msg_test_${posted}`,
    timestamp: timestamp ?? Math.floor(Date.now() / 1000),
    body: body.toString(),
    secrets: secrets ?? [hmac]
  })
  return send(world, { ...signed, ...headers }, Buffer.from(body), chunked)
}

/** Node's own client, since fetch neither sends in chunks of unknown length nor reads an answer that comes early. */
const send = (
  { url }: World,
  headers: Readonly<Record<string, string | ReadonlyArray<string>>>,
  body: Buffer,
  chunked = false
) =>
  Effect.promise(
    () =>
      new Promise<{
        readonly status: number
        readonly headers: Readonly<Record<string, unknown>>
        readonly text: string
        readonly json: unknown
      }>((resolve, reject) => {
        const length = chunked
          ? { "transfer-encoding": "chunked" }
          : { "content-length": String(body.length) }
        const sent = request(
          `${url}/webhooks/mochi`,
          {
            method: "POST",
            headers: {
              ...Object.fromEntries(
                Object.entries(headers).flatMap(([name, value]) =>
                  value === "" ? [] : [[name, [value].flat()]]
                )
              ),
              "content-type": "application/json",
              ...length
            }
          },
          response => {
            const parts: Array<Buffer> = []
            response.on("data", (part: Buffer) => parts.push(part))
            response.on("end", () => {
              const text = Buffer.concat(parts).toString()
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                text,
                json: text.startsWith("{") ? JSON.parse(text) : undefined
              })
            })
          }
        )
        sent.on("error", reject)
        sent.end(body)
      })
  )

const expectMalformed = (world: World, body: unknown, field: string) =>
  Effect.gen(function* () {
    const answer = yield* post(world, { body: JSON.stringify(body) })
    expect(answer.status, `${field}: ${JSON.stringify(body)}`).toBe(400)
    expect(answer.text).toContain(field)
    expect(answer.text).not.toContain("s3cr3t")
  })
