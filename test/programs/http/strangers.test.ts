import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, Schedule } from "effect"
import type { Tracer } from "effect"
import { webhookEvent } from "../../../sandbox/mochi/webhookEvent.ts"
import * as RawHttp from "../../support/rawHttp.ts"
import { edges, interactionHeaders, requestText, webhookHeaders } from "./edges.ts"

const body = JSON.stringify(webhookEvent({ request_code: "ABC" }))
const ping = '{"type":1}'
const old = Math.floor(Date.now() / 1000) - 400

const status = (said: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1])

const without = (headers: Readonly<Record<string, string>>, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([known]) => known !== name))

const unsigned = {
  "/webhooks/mochi": [
    {},
    without(webhookHeaders(body), "webhook-id"),
    without(webhookHeaders(body), "webhook-timestamp"),
    without(webhookHeaders(body), "webhook-signature"),
    { ...webhookHeaders(body), "webhook-signature": "v1," },
    { ...webhookHeaders(body), "webhook-signature": "v2,AAAA v1a,AAAA nonsense" },
    { ...webhookHeaders(body), "webhook-timestamp": "soon" },
    webhookHeaders(body, { timestamp: old }),
    webhookHeaders(body, { timestamp: old + 800 })
  ],
  "/interactions": [
    {},
    without(interactionHeaders(ping), "x-signature-ed25519"),
    without(interactionHeaders(ping), "x-signature-timestamp"),
    { ...interactionHeaders(ping), "x-signature-ed25519": "abc" },
    { ...interactionHeaders(ping), "x-signature-timestamp": "soon" },
    interactionHeaders(ping, old),
    interactionHeaders(ping, old + 800)
  ]
}

describe("What strangers send", () => {
  it.scopedLive(
    "is refused from the headers alone where they cannot be right, before a body comes (A8)",
    () =>
      Effect.gen(function* () {
        const port = yield* edges()
        for (const [path, all] of Object.entries(unsigned))
          for (const headers of all) {
            const connection = yield* RawHttp.open(port)
            connection.write(requestText(path, headers, "", 60_000))
            const said = yield* Effect.sync(connection.received).pipe(
              Effect.filterOrFail(text => text !== ""),
              Effect.retry(Schedule.spaced("5 millis")),
              Effect.timeout("4 seconds")
            )
            expect([path, headers, status(said)]).toEqual([path, headers, 401])
            connection.socket.destroy()
          }
      })
  )

  it.scopedLive("is taken where it is signed, up to 64 KiB and no byte further (A8)", () =>
    Effect.gen(function* () {
      const port = yield* edges()
      for (const [path, text, sign, ok] of [
        ["/webhooks/mochi", body, webhookHeaders, 202],
        ["/interactions", ping, interactionHeaders, 200]
      ] as const) {
        const exact = text + " ".repeat(64 * 1024 - Buffer.byteLength(text))
        const chunk = (whole: string) => `${whole.length.toString(16)}\r\n${whole}\r\n0\r\n\r\n`
        const answers = yield* Effect.forEach(
          [
            requestText(path, sign(exact), exact),
            requestText(path, sign(exact), chunk(exact), "chunked"),
            requestText(path, sign(`${exact} `), `${exact} `),
            requestText(path, sign(`${exact} `), chunk(`${exact} `), "chunked"),
            requestText(path, sign("x".repeat(900_000)), "x".repeat(900_000)),
            requestText(path, sign("x".repeat(900_000)), chunk("x".repeat(900_000)), "chunked")
          ],
          request => Effect.map(RawHttp.exchange(port, request), status)
        )
        expect([path, answers]).toEqual([path, [ok, ok, 413, 413, 413, 413]])
      }
    })
  )
})

it.scopedLive("A request for another protocol whose connection is reset ends nothing (A3)", () =>
  Effect.gen(function* () {
    const port = yield* edges()
    for (const wait of [0, 0, 1, 5, 20]) {
      const connection = yield* RawHttp.open(port)
      connection.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      yield* Effect.sleep(wait)
      connection.socket.resetAndDestroy()
    }
    expect(status(yield* RawHttp.exchange(port, requestText("/nothing", {})))).toBe(404)
  })
)

describe("What may be right", () => {
  it.scopedLive(
    "is read from all connections together no further than there is room, and room comes back (A8)",
    () =>
      Effect.gen(function* () {
        const port = yield* edges([], 200_000)
        const whole = "x".repeat(60_000)
        for (const [path, sign] of [
          ["/webhooks/mochi", webhookHeaders],
          ["/interactions", interactionHeaders]
        ] as const) {
          const request = requestText(path, sign(whole), whole)
          const waiting = yield* Effect.replicateEffect(RawHttp.open(port), 3)
          for (const connection of waiting) connection.write(request.slice(0, -10))
          const said = yield* RawHttp.exchange(port, request).pipe(
            Effect.filterOrFail(text => status(text) === 503),
            Effect.retry(Schedule.spaced("20 millis")),
            Effect.timeout("5 seconds")
          )
          expect(said.toLowerCase()).toMatch(/retry-after: \d+/)
          waiting[0]?.socket.destroy()
          for (const connection of waiting.slice(1)) connection.write(request.slice(-10))
          expect((yield* Effect.all(waiting.slice(1).map(({ closed }) => closed))).map(status)).toEqual([
            400, 400
          ])
          expect(status(yield* RawHttp.exchange(port, request))).toBe(400)
        }
      })
  )
})

const stranger = { trace: "1".repeat(32), parent: "2".repeat(16) }
const traceparent = `00-${stranger.trace}-${stranger.parent}-01`

describe("The trace that a request names", () => {
  it.scopedLive("is continued by a webhook that Mochi signed, from its arrival on, and by nothing else", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      const port = yield* edges(spans)
      const foreign = { traceparent, b3: `${stranger.trace}-${stranger.parent}-1` }
      for (const path of ["/healthz", "/readyz", "/nothing", "/webhooks/mochi", "/interactions"]) {
        yield* RawHttp.exchange(port, requestText(path, foreign, "{}"))
        yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, { headers: foreign }))
      }
      const wrong = { ...webhookHeaders(body), ...foreign }
      expect(status(yield* RawHttp.exchange(port, requestText("/webhooks/mochi", wrong, `${body} `)))).toBe(
        401
      )
      expect(spans.filter(({ traceId }) => traceId === stranger.trace)).toEqual([])
      const refused = spans.filter(({ name }) => name === "webhook.receive")
      expect(refused).toHaveLength(2)
      expect(refused.map(({ parent }) => parent)).toEqual([Option.none(), Option.none()])
      expect(refused.map(({ attributes }) => attributes.get("error.type"))).toEqual(["malformed", "mismatch"])

      const connection = yield* RawHttp.open(port)
      const whole = requestText("/webhooks/mochi", { ...webhookHeaders(body), traceparent }, body)
      connection.write(whole.slice(0, -10))
      yield* Effect.sleep("300 millis")
      connection.write(whole.slice(-10))
      expect(status(yield* connection.closed)).toBe(202)
      const accepted = spans.find(({ traceId }) => traceId === stranger.trace)
      expect(accepted?.name).toBe("webhook.receive")
      expect(Option.map(accepted?.parent ?? Option.none(), ({ spanId }) => spanId)).toEqual(
        Option.some(stranger.parent)
      )
      const ended = accepted?.status
      if (ended?._tag !== "Ended") throw new Error("the span is still open")
      expect(Number(ended.endTime - ended.startTime) / 1e6).toBeGreaterThanOrEqual(290)
    })
  )
})
