import { Effect, Metric } from "effect"
import type { Option, Scope } from "effect"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"
import { Priority } from "../../context/Priority.ts"
import * as Alarms from "./alarms.ts"
import { insertInOrder, placeInOrder, removeFrom } from "./inOrder.ts"

export interface Throttle {
  /** Runs `effect` when its turn comes; none, without running it, if that is not before `deadline`, in monotonic ms. */
  readonly admit: <A, E, R>(
    deadline: number,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<Option.Option<A>, E, R>
}

/** Tries that had to wait for their turn. */
export const queued = Metric.counter("mochi.client.queued", {
  description: "Tries at a call to Mochi that waited for the bound on rate or concurrency",
  incremental: true
})

/** At most `concurrency` at a time and `perSecond` on average, with bursts of one second's worth. */
export interface Bound {
  readonly concurrency: number
  readonly perSecond: number
}

/**
 * One bound on all, and within it a narrower one on suggestions: the rest is for commands alone, and a suggestion waits
 * while a command does. Of those that wait, the one with the nearest deadline is next: what has begun is finished first.
 */
export const make = (
  bound: Bound,
  suggestionBound: Bound = bound
): Effect.Effect<Throttle, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const alarms = yield* Alarms.make
    const all = new Allowance(bound)
    const commands = new Line([all])
    const suggestions = new Line([all, new Allowance(suggestionBound)])

    const serve = (now: number) => {
      // commands first: while one of them waits, nothing is left for a suggestion
      for (const line of [commands, suggestions]) {
        for (let next = line.waiting[0]; next !== undefined && line.mayLeave(now); next = line.waiting[0])
          end(next, true)
        if (line.waiting.length > 0 && line.hasPlace && !line.isWoken) wake(line, now)
      }
    }

    const wake = (line: Line, now: number) => {
      line.isWoken = true
      alarms.at(now + line.turnAfter(now), () => {
        line.isWoken = false
        serve(unsafeMonotonicMillis(clock))
      })
    }

    const end = (turn: Turn, enters: boolean) => {
      const { waits } = turn
      turn.waits = undefined
      if (waits === undefined) return
      waits.forget()
      removeFrom(turn.line.waiting, turn)
      if (enters) enter(turn)
      waits.resume(Effect.succeed(enters))
    }

    const enter = (turn: Turn) => {
      turn.hasPlace = true
      turn.line.take(unsafeMonotonicMillis(clock))
    }

    /** Whatever became of the turn: nothing waits any more, and no place stays taken. */
    const leave = (turn: Turn) => {
      end(turn, false)
      if (!turn.hasPlace) return
      turn.hasPlace = false
      turn.line.leave()
      serve(unsafeMonotonicMillis(clock))
    }

    const wait = (turn: Turn) =>
      Effect.async<boolean>(resume => {
        queued.unsafeUpdate(1, [])
        turn.waits = { resume, forget: alarms.at(turn.deadline, () => end(turn, false)) }
        insertInOrder(turn.line.waiting, turn, deadlineOf)
        serve(unsafeMonotonicMillis(clock))
      })

    const admit: Throttle["admit"] = (deadline, effect) =>
      Effect.flatMap(Priority, priority => {
        const line = priority === "command" ? commands : suggestions
        const turn: Turn = { line, deadline, hasPlace: false, waits: undefined }
        const run = Effect.suspend(() => {
          const now = unsafeMonotonicMillis(clock)
          const before = placeInOrder(line.waiting, deadline, deadlineOf)
          const ahead = line === commands ? before : commands.waiting.length + before
          if (now + line.turnAfter(now, ahead) >= deadline) return Effect.succeedNone
          if (ahead > 0 || !line.mayLeave(now))
            return Effect.flatMap(wait(turn), enters => (enters ? Effect.asSome(effect) : Effect.succeedNone))
          enter(turn)
          return Effect.asSome(effect)
        })
        return Effect.ensuring(
          run,
          Effect.sync(() => leave(turn))
        )
      })

    return { admit }
  })

/** One call's way through the throttle. */
interface Turn {
  readonly line: Line
  readonly deadline: number
  hasPlace: boolean
  /** Present while the call waits in its line. */
  waits:
    | { readonly resume: (entered: Effect.Effect<boolean>) => void; readonly forget: () => void }
    | undefined
}

const deadlineOf = ({ deadline }: Turn): number => deadline

/** The calls of one priority, and what each of them needs to leave. */
class Line {
  readonly waiting: Array<Turn> = []
  /** Whether an alarm is set for the turn of the first one. */
  isWoken = false
  readonly #allowances: ReadonlyArray<Allowance>

  constructor(allowances: ReadonlyArray<Allowance>) {
    this.#allowances = allowances
  }

  get hasPlace(): boolean {
    return this.#allowances.every(allowance => allowance.hasPlace)
  }

  /** Milliseconds until the rate allows one more, after `ahead` others. */
  turnAfter(now: number, ahead = 0): number {
    return Math.max(...this.#allowances.map(allowance => allowance.turnAfter(now, ahead)))
  }

  mayLeave(now: number): boolean {
    return this.hasPlace && this.turnAfter(now) <= 0
  }

  take(now: number): void {
    for (const allowance of this.#allowances) allowance.take(now)
  }

  leave(): void {
    for (const allowance of this.#allowances) allowance.running -= 1
  }
}

class Allowance {
  running = 0
  readonly #concurrency: number
  readonly #spacingMillis: number
  /** When the last turn that was taken would have come without a burst. */
  #lastTurn = Number.NEGATIVE_INFINITY

  constructor(bound: Bound) {
    this.#concurrency = bound.concurrency
    this.#spacingMillis = 1000 / bound.perSecond
  }

  get hasPlace(): boolean {
    return this.running < this.#concurrency
  }

  turnAfter(now: number, ahead: number): number {
    return Math.max(0, this.#since(now) + (ahead + 1) * this.#spacingMillis - now)
  }

  take(now: number): void {
    this.running += 1
    this.#lastTurn = this.#since(now) + this.#spacingMillis
  }

  #since(now: number): number {
    return Math.max(this.#lastTurn, now - 1000)
  }
}
