import { HttpClient, HttpClientRequest } from "@effect/platform"
import { Clock, Context, Effect, Either, Layer, Option, Random, Redacted } from "effect"
import { version } from "../../config/version.ts"
import { Settings } from "../../config/Settings.ts"
import { retryDelay } from "../../domain/retry.ts"
import { Deadline } from "../../context/Deadline.ts"
import { MochiError } from "../../ports/MochiError.ts"
import type { MochiOperation } from "../../ports/MochiError.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { Answer, Call } from "./Call.ts"
import { inCallSpan, inTrySpan, traceparent } from "./instrumentation.ts"
import { expandPath } from "./pathSegment.ts"
import { signedHeaders } from "./signing.ts"
import * as Throttle from "./Throttle.ts"
import * as Transport from "./transport.ts"
import type { Failure } from "./tryOutcome.ts"
import { FailedTry, judge, statusOf } from "./tryOutcome.ts"

/** Makes the calls of both of Mochi's APIs: signs, bounds, traces and measures them, and retries them if that is safe. */
export class MochiHttp extends Context.Tag("mochi/adapters/MochiHttp")<
  MochiHttp,
  { readonly run: <A>(call: Call<A>) => Effect.Effect<Answer<A>, MochiError> }
>() {}

/** A command or a decision may take this long; a caller's own deadline can only shorten it. */
const overallMillis = 20_000
const singleTryMillis = 10_000
/** Suggestions must not keep commands from Mochi: the greater part of its places and turns is for commands alone. */
const suggestionShare = { concurrency: 5 / 16, perSecond: 2 / 5 }

const suggestionsOf = ({ concurrency, perSecond }: Throttle.Bound): Throttle.Bound => ({
  concurrency: Math.max(1, Math.floor(concurrency * suggestionShare.concurrency)),
  perSecond: Math.max(1, Math.floor(perSecond * suggestionShare.perSecond))
})

const make = Effect.gen(function* () {
  const { mochi } = yield* Settings
  const bases = { pay: mochi.pay, profile: Option.getOrElse(mochi.profile, () => mochi.pay) }
  const bound = { concurrency: mochi.maxConcurrent, perSecond: mochi.maxPerSecond }
  const throttle = yield* Throttle.make(bound, suggestionsOf(bound))
  // a try has a span of its own, without headers
  const client = HttpClient.withTracerDisabledWhen(yield* HttpClient.HttpClient, () => true)

  const authorization = Effect.fnUntraced(function* (auth: Call<unknown>["auth"]) {
    switch (auth) {
      case "none":
        return {}
      case "bearer":
        return { authorization: `Bearer ${Redacted.value(mochi.botSecret)}` }
      case "signed": {
        const signer = { seed: mochi.privateKey, application: mochi.applicationName }
        const signature = yield* signedHeaders({ ...signer, nowMillis: yield* Clock.currentTimeMillis })
        return Option.match(mochi.apiKey, {
          onNone: () => signature,
          onSome: key => ({ ...signature, authorization: `Basic ${Redacted.value(key)}` })
        })
      }
    }
  })

  const requestOf = Effect.fnUntraced(function* (call: Call<unknown>, url: string) {
    const request = HttpClientRequest.make(call.method)(url, { acceptJson: true }).pipe(
      HttpClientRequest.setHeaders({
        "user-agent": `mochi-discord/${version}`,
        "accept-encoding": "identity",
        ...(yield* traceparent),
        ...(yield* authorization(call.auth)),
        ...Option.match(call.idempotencyKey, {
          onNone: () => ({}),
          onSome: key => ({ "idempotency-key": key })
        })
      })
    )
    return Option.match(call.body, {
      onNone: () => request,
      onSome: json => HttpClientRequest.bodyText(request, json, "application/json")
    })
  })

  const run = Effect.fnUntraced(function* <A>(call: Call<A>) {
    const base = call.auth === "none" ? bases[call.api].root : bases[call.api].api
    const path = expandPath(call.path, call.ids)
    if (Option.isNone(path)) return yield* failure(call, { reason: "UnsafePath" })
    const url = `${base}${path.value}${call.query === "" ? "" : `?${call.query}`}`
    const deadline = Math.min(yield* Deadline, (yield* monotonicMillis) + overallMillis)
    const remaining = Effect.map(monotonicMillis, now => deadline - now)
    const changes = Option.isSome(call.idempotencyKey)
    const maxRetries = call.repeatable ? mochi.maxRetries : 0

    const unsent = (reason: "Withheld" | "TimedOut") =>
      new FailedTry({
        failure: {
          reason,
          status: Option.none(),
          inDoubt: false,
          retry: Option.none(),
          cause: Option.none()
        },
        error: failure(call, { reason })
      })

    const oneTry = Effect.gen(function* () {
      if (call.mayLeave !== undefined && !(yield* call.mayLeave)) return yield* unsent("Withheld")
      const limit = Math.min(singleTryMillis, yield* remaining)
      if (limit <= 0) return yield* unsent("TimedOut")
      const outcome = yield* Transport.sendOnce(client, yield* requestOf(call, url), limit)
      const verdict = judge(call.reading, outcome)
      if (verdict._tag === "Unusable")
        return yield* new FailedTry({
          failure: verdict,
          error: failure(call, { ...verdict, mayHaveHappened: changes && verdict.inDoubt })
        })
      return { ...verdict, status: statusOf(outcome) }
    })

    let inDoubt = false
    for (let tries = 1; ; tries++) {
      const outcome = yield* throttle.admit(deadline, inTrySpan(call, tries, oneTry))
      if (Option.isNone(outcome))
        return yield* failure(call, { reason: "TimedOut", mayHaveHappened: inDoubt })
      if (Either.isRight(outcome.value)) {
        const { unreadableRows, value } = outcome.value.right
        if (unreadableRows > 0) yield* warnOfRows(call.operation, unreadableRows)
        return { value, tries }
      }
      const verdict = outcome.value.left.failure
      inDoubt = inDoubt || (changes && verdict.inDoubt)
      const position = { tries, maxRetries, remainingMillis: yield* remaining, random: yield* Random.next }
      const delay = Option.flatMap(verdict.retry, end => retryDelay(end, position))
      if (Option.isNone(delay)) return yield* failure(call, { ...verdict, mayHaveHappened: inDoubt })
      yield* Effect.sleep(delay.value)
    }
  })

  return MochiHttp.of({ run: call => inCallSpan(call, bases[call.api].root, run(call)) })
})

/** With an HTTP client of the caller's choice. */
export const layerWithoutClient: Layer.Layer<MochiHttp, never, Settings | HttpClient.HttpClient> =
  Layer.scoped(MochiHttp, make)

export const layer: Layer.Layer<MochiHttp, never, Settings> = Layer.provide(
  layerWithoutClient,
  Transport.layer
)

const failure = (
  call: Call<unknown>,
  details: Pick<Failure, "reason"> & Partial<Failure> & { readonly mayHaveHappened?: boolean }
): MochiError =>
  new MochiError({
    operation: call.operation,
    reason: details.reason,
    status: details.status ?? Option.none(),
    mayHaveHappened: details.mayHaveHappened ?? false,
    cause: details.cause ?? Option.none()
  })

const warnOfRows = (operation: MochiOperation, rows: number) =>
  Effect.logWarning("mochi_rows_unreadable").pipe(Effect.annotateLogs({ operation, rows }))
