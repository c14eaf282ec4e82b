import { it } from "@effect/vitest"
import { Effect, Either, Fiber, Option, Queue } from "effect"
import * as net from "node:net"
import * as zlib from "node:zlib"
import { describe, expect } from "vitest"
import * as Alarms from "../../../src/adapters/mochi/alarms.ts"
import { bareCause, Connections, layer, sendOnce } from "../../../src/adapters/mochi/transport.ts"
import { played } from "./playedConnections.ts"

/** One try over real connections. */
const sentTo = (origin: string, limitMillis = 5_000) =>
  Effect.gen(function* () {
    const alarms = yield* Alarms.make
    return yield* sendOnce(yield* Connections, alarms, { ...request, origin }, limitMillis)
  }).pipe(Effect.scoped)

/** A server that does this with each connection, and its address. */
const serverThat = (talks: (socket: net.Socket) => void) =>
  Effect.acquireRelease(
    Effect.async<net.Server>(resume => {
      const server = net.createServer(socket => talks(socket.on("error", () => {})))
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    server => Effect.sync(() => void server.close())
  ).pipe(
    Effect.map(server => {
      const address = server.address()
      return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`
    })
  )

describe("A try that gets no answer", () => {
  it.live("has certainly sent nothing where no connection came about", () =>
    Effect.gen(function* () {
      const plain = yield* serverThat(socket => socket.end("no TLS here"))
      // port 1 is reserved and never served, and so is the domain
      for (const origin of ["http://127.0.0.1:1", "http://nowhere.invalid", `https://${plain}`])
        expect([origin, (yield* sentTo(origin))._tag]).toEqual([origin, "NotSent"])
    }).pipe(Effect.provide(layer), Effect.scoped)
  )

  it.live("is lost where the connection broke after it had carried something", () =>
    Effect.gen(function* () {
      const breaks = yield* serverThat(socket => socket.once("data", () => socket.resetAndDestroy()))
      expect((yield* sentTo(`http://${breaks}`))._tag).toBe("Lost")
      const silent = yield* serverThat(socket => socket.once("data", () => socket.end()))
      expect((yield* sentTo(`http://${silent}`))._tag).toBe("Lost")
    }).pipe(Effect.provide(layer), Effect.scoped)
  )

  it.live("is late at its limit, and ends its connection, as does one that nobody waits for", () =>
    Effect.gen(function* () {
      const ended = yield* Queue.unbounded<string>()
      const silent = yield* serverThat(socket =>
        socket.once("data", () => socket.on("close", () => Queue.unsafeOffer(ended, "closed")))
      )
      expect((yield* sentTo(`http://${silent}`, 50))._tag).toBe("Late")
      expect(yield* Queue.take(ended)).toBe("closed")
      const asked = yield* Effect.fork(sentTo(`http://${silent}`))
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(asked)
      expect(yield* Queue.take(ended)).toBe("closed")
    }).pipe(Effect.provide(layer), Effect.scoped)
  )

  it("keeps of the error its code alone", () => {
    const error = Object.assign(new Error("failed"), { code: "ECONNRESET" })
    const cause = bareCause(Object.assign(error, { headers: { authorization: "Bearer x" } }))
    expect(cause.message).toBe("the connection failed: ECONNRESET")
    expect(Object.keys(cause)).toEqual([])
  })
})

const mebibyte = 1024 * 1024

/** The body that `sendOnce` takes from a response. */
const bodyOf = (response: Response) =>
  Effect.gen(function* () {
    const alarms = yield* Alarms.make
    const connections = yield* played(() => Effect.succeed(response))
    const outcome = yield* sendOnce(connections, alarms, request, 10_000)
    return outcome._tag === "Answered" ? outcome.body : outcome._tag
  }).pipe(Effect.scoped)

const request = {
  method: "GET",
  origin: "https://mochi.example",
  path: "/",
  headers: {},
  body: Option.none()
} as const

const lengthOf = (response: Response) =>
  Effect.map(bodyOf(response), body =>
    typeof body === "string" ? body : Either.map(body, text => text.length)
  )

it.effect("A body of some MiB is taken, one byte over 4 MiB is too large (C17)", () =>
  Effect.gen(function* () {
    const most = "x".repeat(4 * mebibyte)
    expect(yield* lengthOf(new Response(most))).toEqual(Either.right(4 * mebibyte))
    expect(yield* lengthOf(new Response(`${most}x`))).toEqual(Either.left("too large"))
  })
)

it.live("Of long bodies a few are read at a time, and each is read in the end (C17)", () =>
  Effect.gen(function* () {
    let open = 0
    let mostOpen = 0
    const long = () => {
      let sent = 0
      return new Response(
        new ReadableStream<Uint8Array>({
          pull: async controller => {
            await new Promise(resolve => setTimeout(resolve, 1))
            sent += 1
            // the first pieces are taken from everybody, what follows from those whose turn it is
            if (sent === 12) mostOpen = Math.max(mostOpen, ++open)
            if (sent === 20) open -= 1
            if (sent > 20) return controller.close()
            controller.enqueue(new Uint8Array(mebibyte / 8).fill(32))
          }
        })
      )
    }
    const lengths = yield* Effect.all(
      Array.from({ length: 12 }, () => Effect.suspend(() => lengthOf(long()))),
      { concurrency: "unbounded" }
    )
    expect(lengths).toEqual(Array.from(lengths, () => Either.right((20 * mebibyte) / 8)))
    expect(mostOpen).toBeLessThanOrEqual(4)
  })
)

it.effect("An endless body is left where the bound is reached", () =>
  Effect.gen(function* () {
    let pulled = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: controller => {
        pulled += 64 * 1024
        // far beyond the bound, so that a reader without one fails instead of hanging
        if (pulled > 32 * mebibyte) return controller.close()
        controller.enqueue(new Uint8Array(64 * 1024).fill(32))
      },
      cancel: () => {
        cancelled = true
      }
    })
    expect(yield* lengthOf(new Response(endless))).toEqual(Either.left("too large"))
    expect(pulled).toBeLessThan(6 * mebibyte)
    expect(cancelled).toBe(true)
  })
)

it.effect("Bytes that are no UTF-8 are no text, rather than other text", () =>
  Effect.gen(function* () {
    expect(yield* bodyOf(new Response(Uint8Array.of(0x22, 0xff, 0x22)))).toEqual(Either.left("not text"))
    expect(yield* bodyOf(new Response("名前 🎉"))).toEqual(Either.right("名前 🎉"))
  })
)

const packed = (bytes: Uint8Array<ArrayBuffer>, encoding: string) =>
  bodyOf(new Response(bytes, { headers: { "content-encoding": encoding } }))

describe("An answer that comes packed though nobody asked for it", () => {
  const text = JSON.stringify({ data: [{ name: "名前 🎉" }] })
  const plain = Buffer.from(text)

  it.live("is unpacked (C14)", () =>
    Effect.gen(function* () {
      for (const [encoding, bytes] of [
        ["gzip", zlib.gzipSync(plain)],
        ["x-gzip", zlib.gzipSync(plain)],
        ["GZIP", zlib.gzipSync(plain)],
        ["deflate", zlib.deflateSync(plain)],
        ["deflate", zlib.deflateRawSync(plain)],
        ["br", zlib.brotliCompressSync(plain)],
        ["zstd", zlib.zstdCompressSync(plain)],
        ["identity", plain],
        ["gzip, br", zlib.brotliCompressSync(zlib.gzipSync(plain))],
        ["identity, gzip", zlib.gzipSync(plain)]
      ] as const)
        expect([encoding, yield* packed(bytes, encoding)]).toEqual([encoding, Either.right(text)])
      expect(yield* packed(new Uint8Array(), "gzip")).toEqual(Either.right(""))
    })
  )

  it.live("is a body that cannot be used where it is packed wrongly, unknown to us, or cut (C14)", () =>
    Effect.gen(function* () {
      expect(yield* packed(plain, "gzip")).toEqual(Either.left("not text"))
      expect(yield* packed(plain, "compress")).toEqual(Either.left("not text"))
      expect(yield* packed(plain, "gzip, gzip, gzip")).toEqual(Either.left("not text"))
      expect(yield* packed(zlib.gzipSync(plain).subarray(0, -12), "gzip")).toEqual(Either.left("cut"))
    })
  )

  it.live("is unpacked no further than a plain one is read, however small it came (C14)", () =>
    Effect.gen(function* () {
      const bomb = Buffer.alloc(256 * mebibyte)
      const before = process.memoryUsage().rss
      for (const [encoding, bytes] of [
        ["gzip", zlib.gzipSync(bomb)],
        ["deflate", zlib.deflateSync(bomb)],
        ["br", zlib.brotliCompressSync(bomb, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
        ["gzip, gzip", zlib.gzipSync(zlib.gzipSync(bomb))]
      ] as const)
        expect([encoding, yield* packed(bytes, encoding)]).toEqual([encoding, Either.left("too large")])
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * mebibyte)
    })
  )
})
