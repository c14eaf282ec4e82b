import { Effect, Exit, Fiber, Option, Ref } from "effect"

/**
 * Runs `work` until it ends, or until `lost` does: then `work` is interrupted, and none comes back once it has cleaned up.
 * Effect's own races do not wait for the loser to clean up; this does.
 */
export const runUntilLost = <A, E, R, R2>(
  lost: Effect.Effect<unknown, never, R2>,
  work: Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<A>, E, R | R2> =>
  Effect.acquireUseRelease(
    Effect.fork(Effect.interruptible(work)),
    running =>
      Effect.gen(function* () {
        const isLost = yield* Ref.make(false)
        yield* lost.pipe(
          Effect.zipRight(Ref.set(isLost, true)),
          Effect.zipRight(Fiber.interrupt(running)),
          Effect.forkScoped
        )
        const exit = yield* Fiber.await(running)
        return (yield* Ref.get(isLost)) && Exit.isInterrupted(exit)
          ? Option.none<A>()
          : Option.some(yield* exit)
      }).pipe(Effect.scoped),
    running => Fiber.interrupt(running)
  )
