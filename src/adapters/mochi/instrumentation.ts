import { Effect, Either, Exit, Metric, MetricBoundaries, Option } from "effect"
import type { MochiError } from "../../ports/MochiError.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { Answer, Call } from "./Call.ts"
import type { FailedTry } from "./tryOutcome.ts"

/** Seconds from the start of a call to its end, including the wait for a turn and every try. */
export const clientDuration = Metric.histogram(
  "mochi.client.duration",
  MetricBoundaries.fromIterable([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]),
  "Duration of calls to Mochi, in seconds"
).pipe(Metric.tagged("unit", "s"))

/** Runs a call in its span, above those of its tries, and measures it. Records no ids, headers or bodies. */
export const inCallSpan = <A>(
  call: Call<A>,
  server: Server,
  effect: Effect.Effect<Answer<A>, MochiError>
): Effect.Effect<Answer<A>, MochiError> =>
  Effect.gen(function* () {
    const started = yield* monotonicMillis
    return yield* effect.pipe(
      Effect.tapError(error =>
        Effect.annotateCurrentSpan({
          "error.type": error.reason,
          "mochi.may_have_happened": error.mayHaveHappened
        })
      ),
      Effect.onExit(exit =>
        Effect.flatMap(monotonicMillis, now =>
          clientDuration.pipe(
            Metric.tagged("operation", call.operation),
            Metric.tagged("outcome", outcomeOf(exit)),
            metric => Metric.update(metric, (now - started) / 1000)
          )
        )
      )
    )
  }).pipe(
    Effect.withSpan(`mochi.${call.api} ${call.operation}`, {
      kind: "client",
      captureStackTrace: false,
      attributes: {
        "http.request.method": call.method,
        ...server,
        "url.template": call.auth === "none" ? call.path : `/api/v1${call.path}`
      }
    })
  )

/** Runs a try in its span; the call's span gets the number of tries and the status of the last one. */
export const inTrySpan = <A extends { readonly status: Option.Option<number> }>(
  call: Call<unknown>,
  tries: number,
  effect: Effect.Effect<A, FailedTry>
): Effect.Effect<Either.Either<A, FailedTry>> =>
  Effect.gen(function* () {
    const statusAttribute = (status: Option.Option<number>) =>
      Option.match(status, { onNone: () => ({}), onSome: code => ({ "http.response.status_code": code }) })
    const resends = { "http.request.resend_count": tries - 1 }
    const result = yield* effect.pipe(
      Effect.tap(({ status }) => Effect.annotateCurrentSpan(statusAttribute(status))),
      Effect.tapError(({ failure }) =>
        Effect.annotateCurrentSpan({ ...statusAttribute(failure.status), "error.type": failure.reason })
      ),
      Effect.withSpan("mochi.try", {
        kind: "client",
        captureStackTrace: false,
        attributes: { "http.request.method": call.method, ...resends }
      }),
      Effect.either
    )
    const { status } = Either.match(result, { onLeft: ({ failure }) => failure, onRight: value => value })
    yield* Effect.annotateCurrentSpan({ ...resends, ...statusAttribute(status) })
    return result
  })

/** W3C Trace Context of the current span: that of the try. */
export const traceparent: Effect.Effect<Readonly<Record<string, string>>> = Effect.map(
  Effect.option(Effect.currentSpan),
  Option.match({
    onNone: () => ({}),
    onSome: span => ({ traceparent: `00-${span.traceId}-${span.spanId}-${span.sampled ? "01" : "00"}` })
  })
)

type Server = ReturnType<typeof serverOf>

/** The attributes that say which server a call goes to. */
export const serverOf = (root: string) => {
  const { hostname, port, protocol } = new URL(root)
  return {
    "server.address": hostname,
    "server.port": Number(port === "" ? (protocol === "https:" ? 443 : 80) : port),
    "url.scheme": protocol.slice(0, -1)
  }
}

const outcomeOf = (exit: Exit.Exit<unknown, MochiError>): string =>
  Exit.match(exit, {
    onSuccess: () => "ok",
    onFailure: cause => (cause._tag === "Fail" ? cause.error.reason : "interrupted")
  })
