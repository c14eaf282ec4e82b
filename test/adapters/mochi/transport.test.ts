import { HttpClient, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { expect } from "vitest"
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

it.effect("A body of 1 MiB is taken, a byte more is too large", () =>
  Effect.gen(function* () {
    const most = "x".repeat(mebibyte)
    expect(yield* lengthOf(new Response(most))).toEqual(Either.right(mebibyte))
    expect(yield* lengthOf(new Response(`${most}x`))).toEqual(Either.left("too large"))
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
    expect(pulled).toBeLessThan(2 * mebibyte)
    expect(cancelled).toBe(true)
  })
)

it.effect("Bytes that are no UTF-8 are no text, rather than other text", () =>
  Effect.gen(function* () {
    expect(yield* bodyOf(new Response(Uint8Array.of(0x22, 0xff, 0x22)))).toEqual(Either.left("not text"))
    expect(yield* bodyOf(new Response("名前 🎉"))).toEqual(Either.right("名前 🎉"))
  })
)
