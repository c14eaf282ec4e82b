import * as HttpClient from "@effect/platform/HttpClient"
import type * as Headers from "@effect/platform/Headers"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { Clock, Effect, Either, Layer, Option } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"
import { readBody } from "./answerBody.ts"
import type { Body } from "./answerBody.ts"
import { parseRetryAfter } from "../http/retryAfter.ts"
import { bareCause, isBeforeSending } from "./transportFault.ts"
import { TryOutcome } from "./tryOutcome.ts"

/** One try: sends the request once and reads the answer within `limitMillis`. Does not follow redirects. */
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
      // reads a failure's body only to keep the connection
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

/** A connection that does not open within five seconds has certainly carried nothing, unlike one with a late answer. */
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
 * The milliseconds that a `Retry-After` asks for. Compares a date with the answer's own date, if it has one: our clock and
 * the server's may differ by hours.
 */
const retryAfterOf = (headers: Headers.Headers, ourMillis: number): Option.Option<number> => {
  const theirs = Date.parse(headers["date"] ?? "")
  return Option.flatMap(Option.fromNullable(headers["retry-after"]), value =>
    parseRetryAfter(value, Number.isNaN(theirs) ? ourMillis : theirs)
  )
}
