/** What spans say. Their names and attributes are listed in `otel/README.md`. */
import { Clock, Context, Effect, Option } from "effect"
import type { Tracer } from "effect"
import type { InteractionId, RequestKey } from "../domain/Ids.ts"
import { parseTraceparent } from "./traceContext.ts"

type Options = Omit<Tracer.SpanOptions, "captureStackTrace">

/** Runs work in a span. A span captures no stack: that costs as much as the span itself, and its name says where it is. */
export const inSpan =
  (name: string, options: Options = {}) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Effect.withSpan(work, name, { ...options, captureStackTrace: false })

interface Begun {
  /** In the clock's nanoseconds. */
  readonly startedAt: bigint
  /** Without it the span starts a trace of its own. */
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly kind: Tracer.SpanKind
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** Runs work in a span that began earlier: before its parent was known, or before it was known to be worth a span. */
export const inSpanSince =
  (name: string, { attributes = {}, kind, parent, startedAt }: Begun) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Effect.acquireUseRelease(
      Effect.map(Effect.tracer, tracer => {
        const span = tracer.span(name, parent, Context.empty(), [], startedAt, kind)
        for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
        return span
      }),
      span => Effect.withParentSpan(work, span),
      (span, exit) => Effect.map(Clock.currentTimeNanos, now => span.end(now, exit))
    )

/** The attributes by which one search finds every span about a request. */
export const requestAttributes = ({ applicationId, code }: RequestKey) => ({
  "mochi.request.code": code,
  "mochi.application.id": applicationId
})

/** The attribute by which one search finds the interaction and what other processes did for it. */
export const interactionAttributes = (id: InteractionId) => ({ "discord.interaction.id": id })

/** Links the current span to that of the `/kudos` whose `traceparent` this is, unless it is that span itself. */
export const linkToKudos = (origin: Option.Option<string>): Effect.Effect<void> =>
  Effect.zipWith(
    Effect.option(Effect.currentSpan),
    Effect.succeed(Option.flatMap(origin, parseTraceparent)),
    (current, kudos) => {
      if (Option.isNone(current) || Option.isNone(kudos) || current.value.status._tag === "Ended") return
      const known = [current.value.spanId, ...current.value.links.map(({ span }) => span.spanId)]
      if (!known.includes(kudos.value.spanId))
        current.value.addLinks([{ _tag: "SpanLink", span: kudos.value, attributes: {} }])
    }
  )
