/**
 * A trace is for people to read, and a `/kudos` with its card needs dozens of statements: a statement shows up only if it was
 * slow or failed.
 */
import { Cause, Exit, Option, Tracer } from "effect"

/**
 * A statement that takes so long explains why its caller was slow: a hundred times what one by an index takes, and a tenth
 * of the second in which people expect an acknowledgement. The wait for a connection counts.
 */
const slowNanos = 100_000_000n

/** Hands spans on to `inner`, and those of statements and transactions only when they have ended, if they were slow or failed. */
export const statementSpans = (inner: Tracer.Tracer): Tracer.Tracer =>
  Tracer.make({
    context: inner.context,
    span: (name, parent, context, links, startTime, kind, options) => {
      const above = Option.flatMap(parent, shown)
      const make = () => inner.span(name, above, context, links, startTime, kind, options)
      return name.startsWith("sql.") && Option.isSome(above)
        ? new Statement({ name, above: above.value, context, links, startTime, kind, make })
        : make()
    }
  })

/** What can be seen of a span: a statement's place is taken by its parent. */
const shown = (span: Tracer.AnySpan): Option.Option<Tracer.AnySpan> =>
  span instanceof Statement ? span.parent : Option.some(span)

interface Started extends Pick<Tracer.Span, "name" | "context" | "links" | "kind"> {
  readonly above: Tracer.AnySpan
  readonly startTime: bigint
  readonly make: () => Tracer.Span
}

/** Stands in for a statement's span under the ids of its parent, which so becomes the parent of what runs within it. */
class Statement implements Tracer.Span {
  readonly _tag = "Span"
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly spanId: string
  readonly traceId: string
  readonly sampled: boolean
  readonly context: Tracer.Span["context"]
  readonly links: Array<Tracer.SpanLink>
  readonly kind: Tracer.SpanKind
  readonly attributes = new Map<string, unknown>()
  readonly #events: Array<Parameters<Tracer.Span["event"]>> = []
  readonly #make: () => Tracer.Span
  status: Tracer.SpanStatus

  constructor({ above, context, kind, links, make, name, startTime }: Started) {
    this.name = name
    this.parent = Option.some(above)
    this.spanId = above.spanId
    this.traceId = above.traceId
    this.sampled = above.sampled
    this.context = context
    this.links = [...links]
    this.kind = kind
    this.#make = make
    this.status = { _tag: "Started", startTime }
  }

  attribute(key: string, value: unknown): void {
    this.attributes.set(key, value)
  }

  event(...event: Parameters<Tracer.Span["event"]>): void {
    this.#events.push(event)
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.links.push(...links)
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    const { startTime } = this.status
    this.status = { _tag: "Ended", startTime, endTime, exit }
    if (endTime - startTime < slowNanos && !hasFailed(exit)) return
    const span = this.#make()
    for (const [key, value] of this.attributes) span.attribute(key, value)
    for (const event of this.#events) span.event(...event)
    span.end(endTime, exit)
  }
}

const hasFailed = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)
