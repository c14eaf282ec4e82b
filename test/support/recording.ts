import { Effect, Tracer } from "effect"

/** The tracer that is there already, which also adds each span to these. */
export const recording = (spans: Array<Tracer.Span>): Effect.Effect<Tracer.Tracer> =>
  Effect.map(Effect.tracer, native =>
    Tracer.make({
      span: (...given) => {
        const span = native.span(...given)
        spans.push(span)
        return span
      },
      context: native.context
    })
  )
