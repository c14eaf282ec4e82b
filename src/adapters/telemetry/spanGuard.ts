/**
 * What every span must and must not carry, whatever code makes it: `error.type` if it failed, no headers, no secrets, no
 * stack of an expected failure.
 */
import { randomBytes } from "node:crypto"
import * as OtelTracer from "@effect/opentelemetry/Tracer"
import { TraceFlags } from "@opentelemetry/api"
import { Cause, Context, Exit, Option, Tracer } from "effect"
import { errorText } from "./plainValue.ts"
import type { Scrub } from "./scrub.ts"

export const spanGuard = (inner: Tracer.Tracer, scrub: Scrub): Tracer.Tracer =>
  Tracer.make({
    // Effect calls this for every step of every fiber. Nothing here reads OpenTelemetry's own notion of the current span,
    // and to keep it up to date would cost a tenth of the service's CPU time.
    context: execution => execution(),
    span: (name, ownParent, context, links, startTime, kind, options) => {
      const parent =
        Option.isNone(ownParent) && housekeeping.test(name) ? Option.some(unsampled()) : ownParent
      const span = inner.span(name, parent, withSampling(parent, context), links, startTime, kind, options)
      const attribute = span.attribute.bind(span)
      const event = span.event.bind(span)
      const end = span.end.bind(span)
      span.attribute = (key, value) => {
        if (!headers.test(key)) attribute(key, typeof value === "string" ? scrub(value) : value)
      }
      span.event = (text, at, attributes) => event(scrub(text), at, attributes && scrubbed(attributes, scrub))
      span.end = (at, exit) => end(at, exitOf(span, exit, scrub))
      return span
    }
  })

/** These spans begin a trace every few seconds, and would bury the traces of what people do. */
const housekeeping = /^(sql\.\w+|mochi\.pay health)$/

const unsampled = () =>
  Tracer.externalSpan({
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    sampled: false
  })

const headers = /^http\.(request|response)\.header\./

/** Effect's tracer treats every foreign parent as sampled. */
const withSampling = (parent: Option.Option<Tracer.AnySpan>, context: Context.Context<never>) =>
  Option.isSome(parent) && parent.value._tag === "ExternalSpan" && !parent.value.sampled
    ? Context.add(context, OtelTracer.OtelTraceFlags, TraceFlags.NONE)
    : context

const scrubbed = (attributes: Record<string, unknown>, scrub: Scrub) =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, typeof value === "string" ? scrub(value) : value])
  )

const exitOf = (
  span: Tracer.Span,
  exit: Exit.Exit<unknown, unknown>,
  scrub: Scrub
): Exit.Exit<unknown, unknown> => {
  const ownType = span.attributes.get("error.type")
  if (Exit.isSuccess(exit)) {
    const sentence = span.attributes.get("error.message")
    const message = typeof sentence === "string" ? sentence : `It ended with ${String(ownType)}.`
    return typeof ownType === "string" ? Exit.fail(new SpanError(ownType, message, undefined)) : exit
  }
  if (Cause.isInterruptedOnly(exit.cause)) return exit
  const error = Cause.squash(exit.cause)
  const type = typeof ownType === "string" ? ownType : errorType(error)
  if (ownType === undefined) span.attribute("error.type", type)
  const stack = Cause.isDie(exit.cause) ? scrub(Cause.pretty(exit.cause)) : undefined
  return Exit.fail(new SpanError(type, scrub(errorText(error)).slice(0, longest), stack?.slice(0, longest)))
}

const longest = 4000

/** What a span may say of an error. */
class SpanError extends Error {
  constructor(name: string, message: string, stack: string | undefined) {
    super(message)
    this.name = name
    this.stack = stack ?? `${name}: ${message}`
  }
}

/** One of few values: Discord's own code, a tag, a class. */
const errorType = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return "unknown"
  if ("code" in error && typeof error.code === "number" && error.code > 0) return String(error.code)
  if ("_tag" in error && typeof error._tag === "string") return error._tag
  return error instanceof Error ? error.name : "unknown"
}
