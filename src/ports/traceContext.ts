import { Effect, Option, Schema } from "effect"
import type { Tracer } from "effect"
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
