import { Clock, Context, Deferred, Effect, FiberRef, Layer, Option, Ref } from "effect"
import { empty } from "./State.ts"
import type { State } from "./State.ts"

/**
 * What the memory stores hold, in one place. A transaction works on a copy, which replaces what everybody sees once the
 * transaction succeeds; transactions, and changes outside of them, run one after another.
 */
export class Tables extends Context.Tag("mochi/adapters/memory/Tables")<
  Tables,
  {
    /** `now`: milliseconds since 1970, by the clock of the fiber. */
    readonly read: <A>(look: (state: State, now: number) => A) => Effect.Effect<A>
    readonly change: <A>(step: Step<A>) => Effect.Effect<A>
    /** A change without an answer. */
    readonly update: (step: (state: State, now: number) => State) => Effect.Effect<void>
    /** A transaction within another one joins it; if it fails, only its own changes are undone. */
    readonly transaction: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    readonly isInTransaction: Effect.Effect<boolean>
    /** An effect that waits until something changes for everybody after this moment. */
    readonly nextChange: Effect.Effect<Effect.Effect<void>>
  }
>() {}

/** The answer, and the state that follows. */
type Step<A> = (state: State, now: number) => readonly [A, State]

/** Empty tables. */
export const layer: Layer.Layer<Tables> = Layer.scoped(
  Tables,
  Effect.gen(function* () {
    const committed = yield* Ref.make(empty)
    const turn = yield* Effect.makeSemaphore(1)
    const draft = yield* FiberRef.make(Option.none<Draft>())
    const signal = yield* Ref.make(yield* Deferred.make<void>())

    const commit = (next: State) =>
      Effect.gen(function* () {
        if ((yield* Ref.getAndSet(committed, next)) === next) return
        const waiting = yield* Ref.getAndSet(signal, yield* Deferred.make<void>())
        yield* Deferred.succeed(waiting, undefined)
      }).pipe(Effect.uninterruptible)

    /** The transaction that the fiber is in. Dies if it is over: nobody would ever see what the fiber changes. */
    const current = Effect.filterOrDieMessage(
      FiberRef.get(draft),
      Option.match({ onNone: () => true, onSome: ({ isOpen }) => isOpen }),
      "This transaction is over"
    )

    const changeCommitted = <A>(step: Step<A>) =>
      turn.withPermits(1)(
        Effect.gen(function* () {
          const [answer, next] = step(yield* Ref.get(committed), yield* Clock.currentTimeMillis)
          yield* commit(next)
          return answer
        }).pipe(Effect.uninterruptible)
      )

    const outermost = <A, E, R>(work: Effect.Effect<A, E, R>) =>
      turn.withPermits(1)(
        Effect.acquireUseRelease(
          Effect.map(Ref.get(committed), (state): Draft => ({ state, isOpen: true })),
          own => Effect.locally(work, draft, Option.some(own)),
          (own, exit) =>
            Effect.suspend(() => {
              own.isOpen = false
              return exit._tag === "Success" ? commit(own.state) : Effect.void
            })
        )
      )

    const within = <A, E, R>(outer: Draft, work: Effect.Effect<A, E, R>) =>
      Effect.suspend(() => {
        const before = outer.state
        return Effect.onError(work, () =>
          Effect.sync(() => {
            outer.state = before
          })
        )
      })

    const change = <A>(step: Step<A>) =>
      Effect.gen(function* () {
        const own = yield* current
        if (Option.isNone(own)) return yield* changeCommitted(step)
        const [answer, next] = step(own.value.state, yield* Clock.currentTimeMillis)
        own.value.state = next
        return answer
      })

    return {
      read: <A>(look: (state: State, now: number) => A) =>
        Effect.gen(function* () {
          const own = yield* current
          const state = Option.isSome(own) ? own.value.state : yield* Ref.get(committed)
          return look(state, yield* Clock.currentTimeMillis)
        }),
      change,
      update: step => change((state, now) => [undefined, step(state, now)]),
      transaction: <A, E, R>(work: Effect.Effect<A, E, R>) =>
        Effect.flatMap(
          current,
          Option.match({ onNone: () => outermost(work), onSome: outer => within(outer, work) })
        ),
      isInTransaction: Effect.map(current, Option.isSome),
      nextChange: Effect.map(Ref.get(signal), Deferred.await)
    }
  })
)

/** A transaction's own copy. */
interface Draft {
  state: State
  isOpen: boolean
}
