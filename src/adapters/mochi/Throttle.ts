import { Effect, Metric, Option, Ref } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"
import { Priority } from "../../context/Priority.ts"

export interface Throttle {
  /** Runs `effect` when its turn comes; none, without running it, if that would be after `patienceMillis`. */
  readonly admit: <A, E, R>(
    patienceMillis: number,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<Option.Option<A>, E, R>
}

/** Tries that had to wait for their turn. */
export const queued = Metric.counter("mochi.client.queued", {
  description: "Tries at a call to Mochi that waited for the bound on rate or concurrency",
  incremental: true
})

/** At most `concurrency` at a time and `perSecond` on average, with bursts of one second's worth. */
interface Bound {
  readonly concurrency: number
  readonly perSecond: number
}

/** One bound on all, and within it a narrower one on suggestions: the rest is for commands alone. */
export const makeWithPriority = (bounds: {
  readonly all: Bound
  readonly suggestions: Bound
}): Effect.Effect<Throttle> =>
  Effect.map(Effect.all({ all: make(bounds.all), suggestions: make(bounds.suggestions) }), throttles => ({
    admit: (patienceMillis, effect) =>
      Effect.gen(function* () {
        if ((yield* Priority) === "command") return yield* throttles.all.admit(patienceMillis, effect)
        const arrival = yield* monotonicMillis
        const onward = Effect.flatMap(monotonicMillis, now =>
          throttles.all.admit(patienceMillis - (now - arrival), effect)
        )
        return Option.flatten(yield* throttles.suggestions.admit(patienceMillis, onward))
      })
  }))

export const make = (bound: Bound): Effect.Effect<Throttle> =>
  Effect.gen(function* () {
    const places = yield* Effect.makeSemaphore(bound.concurrency)
    const spacingMillis = 1000 / bound.perSecond
    const nextTurn = yield* Ref.make(Number.NEGATIVE_INFINITY)

    /** Takes a turn and returns the milliseconds until it comes; none, without taking one, beyond the patience. */
    const takeTurn = (now: number, patienceMillis: number) =>
      Ref.modify(nextTurn, next => {
        const turn = Math.max(next, now - 1000)
        const wait = Math.max(0, turn + spacingMillis - now)
        return wait >= patienceMillis
          ? [Option.none<number>(), next]
          : [Option.some(wait), turn + spacingMillis]
      })

    const admit: Throttle["admit"] = (patienceMillis, effect) =>
      Effect.gen(function* () {
        const arrival = yield* monotonicMillis
        const wait = yield* takeTurn(arrival, patienceMillis)
        if (Option.isNone(wait)) return Option.none()
        if (wait.value > 0) yield* Metric.increment(queued).pipe(Effect.zipRight(Effect.sleep(wait.value)))
        const atOnce = yield* places.withPermitsIfAvailable(1)(effect)
        if (Option.isSome(atOnce)) return atOnce
        if (wait.value === 0) yield* Metric.increment(queued)
        return yield* waitForPlace(places, patienceMillis - wait.value, effect)
      })

    return { admit }
  })

/** Either the place or the end of the patience decides, once: a call that was given up never leaves. */
const waitForPlace = <A, E, R>(
  places: Effect.Semaphore,
  patienceMillis: number,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<A>, E, R> =>
  Effect.suspend(() => {
    let decided: "entered" | "gave up" | undefined
    const enter = Effect.suspend(() => {
      decided ??= "entered"
      return decided === "entered" ? Effect.asSome(effect) : Effect.succeedNone
    })
    const giveUp = Effect.suspend(() => {
      decided ??= "gave up"
      return decided === "gave up" ? Effect.succeedNone : Effect.never
    })
    return Effect.raceFirst(
      places.withPermits(1)(enter),
      Effect.zipRight(Effect.sleep(patienceMillis), giveUp)
    )
  })
