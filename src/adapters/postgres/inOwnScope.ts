import { Effect, ExecutionStrategy, Exit, Scope } from "effect"

/** Resources of `work` stay open as long as the surrounding scope, but a failed try leaves none open. */
export const inOwnScope = <A, E, R>(
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Scope.Scope> | Scope.Scope> =>
  Effect.gen(function* () {
    const own = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
    return yield* Scope.extend(work, own).pipe(
      Effect.onError(cause => Scope.close(own, Exit.failCause(cause)))
    )
  })
