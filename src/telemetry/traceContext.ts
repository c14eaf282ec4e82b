import { Clock, Context, Effect, Option, Schema, Tracer } from "effect"
import { TraceId } from "../domain/Ids.ts"

/** W3C `traceparent` of a span. */
export const traceparentOf = (span: Tracer.AnySpan): string =>
  `00-${span.traceId}-${span.spanId}-${span._tag === "Span" && !span.sampled ? "00" : "01"}`

export const currentTraceparent: Effect.Effect<Option.Option<string>> = Effect.map(
  Effect.option(Effect.currentSpan),
  Option.map(traceparentOf)
)

/** The reference that a person is given, and by which an engineer finds the trace. */
export const currentTraceId: Effect.Effect<Option.Option<TraceId>> = Effect.map(
  Effect.option(Effect.currentSpan),
  Option.flatMap(({ traceId }) => Schema.decodeUnknownOption(TraceId)(traceId))
)

/** None for what is no W3C `traceparent` of a version that can be read. */
export const parseTraceparent = (text: string): Option.Option<Tracer.ExternalSpan> => {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(text.trim())
  const [traceId, spanId, flags] = [match?.[1], match?.[2], match?.[3]]
  if (traceId === undefined || spanId === undefined || flags === undefined) return Option.none()
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId) || text.startsWith("ff")) return Option.none()
  return Option.some(
    Tracer.externalSpan({ traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 })
  )
}

/**
 * A span of what began at `startedAt`, in the clock's nanoseconds, before it was known whose trace it belongs to; none:
 * to one of its own.
 */
export const withSpanSince =
  (name: string, startedAt: bigint, parent: Option.Option<Tracer.AnySpan>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Effect.acquireUseRelease(
      Effect.map(Effect.tracer, tracer =>
        tracer.span(name, parent, Context.empty(), [], startedAt, "server")
      ),
      span => Effect.withParentSpan(effect, span),
      (span, exit) => Effect.map(Clock.currentTimeNanos, now => span.end(now, exit))
    )
