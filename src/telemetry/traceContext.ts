import { Effect, Option, Schema, Tracer } from "effect"
import { TraceId } from "../domain/Ids.ts"

/** The W3C `traceparent` of a span. */
const traceparentOf = (span: Tracer.AnySpan): string =>
  `00-${span.traceId}-${span.spanId}-${span._tag === "Span" && !span.sampled ? "00" : "01"}`

export const currentTraceparent: Effect.Effect<Option.Option<string>> = Effect.map(
  Effect.option(Effect.currentSpan),
  Option.map(traceparentOf)
)

/** The reference that the bot shows a person, and by which an engineer finds the trace. */
export const currentTraceId: Effect.Effect<Option.Option<TraceId>> = Effect.map(
  Effect.option(Effect.currentSpan),
  Option.flatMap(({ traceId }) => Schema.decodeUnknownOption(TraceId)(traceId))
)

/** None if the text is not a W3C `traceparent` of a readable version. */
export const parseTraceparent = (text: string): Option.Option<Tracer.ExternalSpan> => {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(text.trim())
  const [traceId, spanId, flags] = [match?.[1], match?.[2], match?.[3]]
  if (traceId === undefined || spanId === undefined || flags === undefined) return Option.none()
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId) || text.startsWith("ff")) return Option.none()
  return Option.some(
    Tracer.externalSpan({ traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 })
  )
}
