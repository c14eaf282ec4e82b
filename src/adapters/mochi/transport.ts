import { HttpClient } from "@effect/platform"
import type { HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import * as Undici from "@effect/platform-node/Undici"
import { Clock, Effect, Either, Layer, Option, Stream } from "effect"
import { parseRetryAfter } from "./retryAfter.ts"
import { bareCause, isBeforeSending } from "./transportFault.ts"
import type { BodyFault } from "./tryOutcome.ts"
import { TryOutcome } from "./tryOutcome.ts"

/** One try: sends the request once and takes in what comes back within `limitMillis`. Redirects are not followed. */
export const sendOnce = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  limitMillis: number
): Effect.Effect<TryOutcome> =>
  Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    const head = yield* HttpClient.withScope(client).execute(request).pipe(Effect.timeoutOption(limitMillis))
    if (Option.isNone(head)) return TryOutcome.Late()
    const now = yield* Clock.currentTimeMillis
    const { headers, status } = head.value
    const left = Math.max(0, limitMillis - (now - started))
    const body = yield* readBody(head.value).pipe(
      // a failure's body is read only to keep the connection
      Effect.timeoutOption(isSuccess(status) ? left : Math.min(left, longestDrainMillis)),
      Effect.map(Option.getOrElse((): Body => Either.left("late")))
    )
    const retryAfterMillis = Option.flatMap(Option.fromNullable(headers["retry-after"]), value =>
      parseRetryAfter(value, now)
    )
    return TryOutcome.Answered({ status, retryAfterMillis, body })
  }).pipe(
    Effect.catchAll(error => {
      const origin = error.cause ?? error
      const cause = bareCause(origin)
      const unsent =
        error._tag === "RequestError" && (error.reason !== "Transport" || isBeforeSending(origin))
      return Effect.succeed(unsent ? TryOutcome.NotSent({ cause }) : TryOutcome.Lost({ cause }))
    }),
    Effect.scoped
  )

/** A connection that is not there after five seconds is known to have carried nothing, unlike an answer that is late. */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.scoped(
  HttpClient.HttpClient,
  Effect.acquireRelease(
    Effect.sync(() => new Undici.Agent({ connect: { timeout: 5_000 } })),
    agent => Effect.promise(() => agent.destroy())
  ).pipe(Effect.map(NodeHttpClient.makeUndici))
)

type Body = Either.Either<string, BodyFault>

const longestDrainMillis = 1_000
const longestBodyBytes = 1024 * 1024

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

const readBody = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<Body> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return response.stream.pipe(
      Stream.takeUntil(chunk => {
        size += chunk.length
        chunks.push(chunk)
        return size > longestBodyBytes
      }),
      Stream.runDrain,
      Effect.map((): Body => (size > longestBodyBytes ? Either.left("too large") : decodeText(chunks))),
      Effect.catchAll(() => Effect.succeed<Body>(Either.left("cut")))
    )
  })

const decodeText = (chunks: ReadonlyArray<Uint8Array>): Body =>
  Either.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)),
    catch: () => "not text" as const
  })
