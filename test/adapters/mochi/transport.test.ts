import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as zlib from "node:zlib"
import { describe, expect } from "vitest"
import { sendOnce } from "../../../src/adapters/mochi/transport.ts"

const mebibyte = 1024 * 1024

/** The body that `sendOnce` takes from a response. */
const bodyOf = (response: Response) =>
  sendOnce(
    HttpClient.make(request => Effect.succeed(HttpClientResponse.fromWeb(request, response))),
    HttpClientRequest.get("https://mochi.example/"),
    10_000
  ).pipe(Effect.map(outcome => (outcome._tag === "Answered" ? outcome.body : outcome._tag)))

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
