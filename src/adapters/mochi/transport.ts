import { HttpClient } from "@effect/platform"
import type { Headers, HttpClientRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import * as Undici from "@effect/platform-node/Undici"
import { Clock, Effect, Either, Layer, Option } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"
import { readBody } from "./answerBody.ts"
import type { Body } from "./answerBody.ts"
import { parseRetryAfter } from "./retryAfter.ts"
import { bareCause, isBeforeSending } from "./transportFault.ts"
import { TryOutcome } from "./tryOutcome.ts"

/** One try: sends the request once and takes in what comes back within `limitMillis`. Redirects are not followed. */
export const sendOnce = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  limitMillis: number
): Effect.Effect<TryOutcome> =>
  Effect.gen(function* () {
    const started = yield* monotonicMillis
    const head = yield* HttpClient.withScope(client).execute(request).pipe(Effect.timeoutOption(limitMillis))
    if (Option.isNone(head)) return TryOutcome.Late()
    const { headers, status } = head.value
    const left = Math.max(0, limitMillis - ((yield* monotonicMillis) - started))
    const body = yield* readBody(head.value).pipe(
      // a failure's body is read only to keep the connection
      Effect.timeoutOption(isSuccess(status) ? left : Math.min(left, longestDrainMillis)),
      Effect.map(Option.getOrElse((): Body => Either.left("late")))
    )
    const retryAfterMillis = retryAfterOf(headers, yield* Clock.currentTimeMillis)
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
    Effect.sync(() => new Undici.Agent({ connect: { timeout: connectsWithin } })),
    agent => Effect.promise(() => agent.destroy())
  ).pipe(Effect.map(NodeHttpClient.makeUndici))
)

const connectsWithin = 5_000
const longestDrainMillis = 1_000

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/**
 * What a `Retry-After` asks for. A date is read against the answer's own where it has one: of the two clocks that would
 * be compared otherwise, one may be set wrong by hours.
 */
const retryAfterOf = (headers: Headers.Headers, ourMillis: number): Option.Option<number> => {
  const theirs = Date.parse(headers["date"] ?? "")
  return Option.flatMap(Option.fromNullable(headers["retry-after"]), value =>
    parseRetryAfter(value, Number.isNaN(theirs) ? ourMillis : theirs)
  )
}
