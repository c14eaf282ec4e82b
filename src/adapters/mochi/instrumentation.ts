import { Clock, Effect, Either, Exit, Metric, MetricBoundaries, Option } from "effect"
import type { Tracer } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { MochiError } from "../../ports/MochiError.ts"
import { inSpan, inSpanSince } from "../../telemetry/spans.ts"
import { currentTraceparent } from "../../telemetry/traceContext.ts"
import { taggedOnce } from "../../telemetry/taggedOnce.ts"
import type { Answer, Call } from "./Call.ts"
import type { FailedTry } from "./tryOutcome.ts"

/** Seconds from the start of a call to its end, including the wait for a turn and every try. */
export const clientDuration = Metric.histogram(
  "mochi.client.duration",
  MetricBoundaries.fromIterable([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]),
  "Duration of calls to Mochi, in seconds"
).pipe(Metric.tagged("unit", "s"))

const durationOf = taggedOnce(clientDuration, "operation", "outcome")

/** Runs a call in its span, and measures it. Records no headers, no bodies and no ids of people. */
export const inCallSpan = <A>(
  call: Call<A>,
  server: Server,
  effect: Effect.Effect<Answer<A>, MochiError>
): Effect.Effect<Answer<A>, MochiError> =>
  Effect.gen(function* () {
    const started = yield* monotonicMillis
    return yield* effect.pipe(
      Effect.tap(({ value }) => Effect.annotateCurrentSpan(call.says?.(value) ?? {})),
      Effect.tapError(error =>
        Effect.annotateCurrentSpan({
          "error.type": error.reason,
          "mochi.may_have_happened": error.mayHaveHappened
        })
      ),
      Effect.onExit(exit =>
        Effect.flatMap(monotonicMillis, now =>
          Metric.update(
            durationOf({ operation: call.operation, outcome: outcomeOf(exit) }),
            (now - started) / 1000
          )
        )
      )
    )
  }).pipe(
    inSpan(`mochi.${call.api} ${call.operation}`, {
      kind: "client",
      attributes: {
        "http.request.method": call.method,
        ...server,
        "url.template": call.auth === "none" ? call.path : `/api/v1${call.path}`,
        ...knownIds(call.ids)
      }
    })
  )

/**
 * Runs a try; the call's span gets the number of tries and the status of the last one. The first try becomes a span only if
 * it fails, so that a call that Mochi answered at once is one span; each later one is a span below the call's.
 */
export const inTrySpan = <A extends { readonly status: Option.Option<number> }>(
  call: Call<unknown>,
  tries: number,
  effect: Effect.Effect<A, FailedTry>
): Effect.Effect<Either.Either<A, FailedTry>> =>
  Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeNanos
    const parent = yield* Effect.option(Effect.currentSpan)
    if (tries === 1) yield* Effect.annotateCurrentSpan(waited(parent, startedAt))
    const resends = { "http.request.resend_count": tries - 1 }
    const asSpan = inSpanSince("mochi.try", {
      startedAt,
      parent,
      kind: "client",
      attributes: { "http.request.method": call.method, ...resends }
    })
    const described = (work: typeof effect) =>
      work.pipe(
        Effect.tap(({ status }) => Effect.annotateCurrentSpan(statusAttribute(status))),
        Effect.tapError(({ failure }) =>
          Effect.annotateCurrentSpan({ ...statusAttribute(failure.status), "error.type": failure.reason })
        ),
        asSpan
      )
    const result = yield* Effect.either(
      tries === 1 ? Effect.catchAll(effect, failed => described(failed)) : described(effect)
    )
    const { status } = Either.match(result, { onLeft: ({ failure }) => failure, onRight: value => value })
    yield* Effect.annotateCurrentSpan({ ...resends, ...statusAttribute(status) })
    return result
  })

/** Milliseconds from a call's start to its first try: whether Mochi was slow or our own bound toward it. */
const waited = (call: Option.Option<Tracer.Span>, sentAt: bigint) =>
  Option.match(call, {
    onNone: () => ({}),
    onSome: ({ status }) => ({ "mochi.waited_ms": Number((sentAt - status.startTime) / 1_000_000n) })
  })

const statusAttribute = Option.match({
  onNone: () => ({}),
  onSome: (code: number) => ({ "http.response.status_code": code })
})

/** W3C Trace Context of the current span: that of the call, from its second try on that of the try. */
export const traceparent: Effect.Effect<Readonly<Record<string, string>>> = Effect.map(
  currentTraceparent,
  Option.match({ onNone: () => ({}), onSome: traceparent => ({ traceparent }) })
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

/** A call's other ids may be those of people. */
const knownIds = ({ applicationId, code }: Call<unknown>["ids"]) => ({
  ...(applicationId === undefined ? {} : { "mochi.application.id": applicationId }),
  ...(code === undefined ? {} : { "mochi.request.code": code })
})

const outcomeOf = (exit: Exit.Exit<unknown, MochiError>): string =>
  Exit.match(exit, {
    onSuccess: () => "ok",
    onFailure: cause => (cause._tag === "Fail" ? cause.error.reason : "interrupted")
  })
