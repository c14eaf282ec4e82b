import { Effect, Schema, Stream } from "effect"
import type { WorldEvent } from "./WorldEvent.ts"

/** The event did not come in time. */
export class NeverHappened extends Schema.TaggedError<NeverHappened>("mochi/sandbox/NeverHappened")(
  "NeverHappened",
  { what: Schema.String, withinMs: Schema.Number }
) {
  override get message() {
    return `${this.what} did not happen within ${this.withinMs} ms`
  }
}

export interface Bus {
  readonly emit: (event: WorldEvent) => void
  /** Calls the listener synchronously; the result unsubscribes it. */
  readonly listen: (listener: (event: WorldEvent) => void) => () => void
  readonly stream: Stream.Stream<WorldEvent>
  /**
   * Calls the probe at once and after every event, until it returns something. The limit is real time, 10 seconds by
   * default, whatever clock the calling fiber has.
   */
  readonly until: <A>(
    what: string,
    probe: () => A | undefined,
    withinMs?: number
  ) => Effect.Effect<A, NeverHappened>
}

export const makeBus = (): Bus => {
  const listeners = new Set<(event: WorldEvent) => void>()
  const listen: Bus["listen"] = listener => {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  return {
    emit: event => {
      for (const listener of [...listeners]) listener(event)
    },
    listen,
    stream: Stream.asyncPush<WorldEvent>(emit =>
      Effect.acquireRelease(
        Effect.sync(() => listen(event => emit.single(event))),
        stop => Effect.sync(stop)
      )
    ),
    until: <A>(what: string, probe: () => A | undefined, withinMs = 10_000) =>
      Effect.async<A, NeverHappened>(resume => {
        const look = () => {
          const found = probe()
          if (found === undefined) return
          stop()
          resume(Effect.succeed(found))
        }
        const forget = listen(look)
        const alarm = setTimeout(() => {
          stop()
          resume(Effect.fail(new NeverHappened({ what, withinMs })))
        }, withinMs)
        const stop = () => {
          forget()
          clearTimeout(alarm)
        }
        look()
        return Effect.sync(stop)
      })
  }
}
