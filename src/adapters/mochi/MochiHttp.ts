import { Context, Effect, Either, Layer, Option, Random, Redacted } from "effect"
import type { Clock } from "effect"
import { version } from "../../config/version.ts"
import { withoutTrailingSlashes } from "../../config/parsers.ts"
import { Settings } from "../../config/Settings.ts"
import type { SettingsValues } from "../../config/Settings.ts"
import { retryDelay } from "../../domain/retry.ts"
import { Deadline } from "../../context/Deadline.ts"
import { MochiError } from "../../ports/MochiError.ts"
import type { MochiOperation } from "../../ports/MochiError.ts"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"
import type { Answer, Call } from "./Call.ts"
import { inCallSpan, inTrySpan, serverOf, traceparent } from "./instrumentation.ts"
import * as Alarms from "./alarms.ts"
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
  const pay = basesOf(mochi.pay)
  const bases = { pay, profile: Option.match(mochi.profile, { onNone: () => pay, onSome: basesOf }) }
  const bound = { concurrency: mochi.maxConcurrent, perSecond: mochi.maxPerSecond }
  const throttle = yield* Throttle.make(bound, suggestionsOf(bound))
  const alarms = yield* Alarms.make
  const connections = yield* Transport.Connections
  const fixedHeaders = {
    accept: "application/json",
    "user-agent": `mochi-discord/${version}`,
    "accept-encoding": "identity"
  }

  const authorization = (auth: Call<unknown>["auth"], clock: Clock.Clock): Headers => {
    switch (auth) {
      case "none":
        return {}
      case "bearer":
        return { authorization: `Bearer ${Redacted.value(mochi.botSecret)}` }
      case "signed": {
        const signer = { seed: mochi.privateKey, application: mochi.applicationName }
        const signature = signedHeaders({ ...signer, nowMillis: clock.unsafeCurrentTimeMillis() })
        return Option.isNone(mochi.apiKey)
          ? signature
          : { ...signature, authorization: `Basic ${Redacted.value(mochi.apiKey.value)}` }
      }
    }
  }

  const headersOf = (call: Call<unknown>, trace: Headers, clock: Clock.Clock): Headers => ({
    ...fixedHeaders,
    ...trace,
    ...authorization(call.auth, clock),
    ...(Option.isSome(call.idempotencyKey) ? { "idempotency-key": call.idempotencyKey.value } : {}),
    ...(Option.isSome(call.body) ? { "content-type": "application/json" } : {})
  })

  const run = Effect.fnUntraced(function* <A>(call: Call<A>) {
    const base = call.auth === "none" ? bases[call.api].root : bases[call.api].api
    const path = expandPath(call.path, call.ids)
    if (Option.isNone(path)) return yield* failure(call, { reason: "UnsafePath" })
    const target = {
      method: call.method,
      origin: base.origin,
      path: `${base.path}${path.value}${call.query === "" ? "" : `?${call.query}`}`,
      body: call.body
    }
    const clock = yield* Effect.clock
    const remaining = () => deadline - unsafeMonotonicMillis(clock)
    const deadline = Math.min(yield* Deadline, unsafeMonotonicMillis(clock) + overallMillis)
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

    const send = Effect.flatMap(traceparent, trace => {
      const limit = Math.min(singleTryMillis, remaining())
      if (limit <= 0) return unsent("TimedOut")
      const request = { ...target, headers: headersOf(call, trace, clock) }
      return Effect.flatMap(Transport.sendOnce(connections, alarms, request, limit), outcome => {
        const verdict = judge(call.reading, outcome)
        if (verdict._tag === "Usable") return Effect.succeed({ ...verdict, status: statusOf(outcome) })
        const error = failure(call, { ...verdict, mayHaveHappened: changes && verdict.inDoubt })
        return new FailedTry({ failure: verdict, error })
      })
    })
    const oneTry =
      call.mayLeave === undefined
        ? send
        : Effect.flatMap(call.mayLeave, mayLeave => (mayLeave ? send : unsent("Withheld")))

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
      const position = { tries, maxRetries, remainingMillis: remaining(), random: yield* Random.next }
      const delay = Option.flatMap(verdict.retry, end => retryDelay(end, position))
      if (Option.isNone(delay)) return yield* failure(call, { ...verdict, mayHaveHappened: inDoubt })
      yield* Effect.sleep(delay.value)
    }
  })

  return MochiHttp.of({ run: call => inCallSpan(call, bases[call.api].server, run(call)) })
})

/** Over connections of the caller's choice. */
export const layerWithoutConnections: Layer.Layer<MochiHttp, never, Settings | Transport.Connections> =
  Layer.scoped(MochiHttp, make)

export const layer: Layer.Layer<MochiHttp, never, Settings> = Layer.provide(
  layerWithoutConnections,
  Transport.layer
)

type Headers = Readonly<Record<string, string>>

const basesOf = (urls: SettingsValues["mochi"]["pay"]) => ({
  root: baseOf(urls.root),
  api: baseOf(urls.api),
  server: serverOf(urls.root)
})

const baseOf = (base: string) => {
  const { origin, pathname } = new URL(base)
  return { origin, path: withoutTrailingSlashes(pathname) }
}

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
