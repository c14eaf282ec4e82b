import { SqlClient, SqlError } from "@effect/sql"
import { Effect, Layer, Option } from "effect"
import { Atomic } from "../../ports/Atomic.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { retryingConflicts } from "./conflicts.ts"
import { sqlDefectsAsFailures, storeUnavailable } from "./storeErrors.ts"

/**
 * One PostgreSQL transaction; nested ones are savepoints of it. Any failure or interruption rolls back. One that lost a
 * deadlock is done again.
 */
export const layer: Layer.Layer<Atomic, never, SqlClient.SqlClient> = Layer.effect(
  Atomic,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    // Of a savepoint, its release tells.
    const proof = Effect.serviceOption(SqlClient.TransactionConnection).pipe(
      Effect.flatMap(
        Option.match({
          onNone: () => Effect.void,
          onSome: ([, depth]) => (depth > 0 ? Effect.void : Effect.asVoid(sql`select 1`))
        })
      )
    )
    const once = <A, E, R>(work: Effect.Effect<A, E, R>) =>
      sql
        // PostgreSQL answers the commit of a transaction in which a statement failed with a silent rollback, even
        // where the failure was caught; another statement tells.
        .withTransaction(Effect.tap(work, () => proof))
        .pipe(
          sqlDefectsAsFailures,
          Effect.catchAll(
            (error): Effect.Effect<never, E | StoreUnavailable> =>
              error instanceof SqlError.SqlError
                ? Effect.fail(storeUnavailable("Atomic.transaction", error))
                : Effect.fail(error)
          )
        )
    const isWithinAnother = Effect.map(Effect.serviceOption(SqlClient.TransactionConnection), Option.isSome)
    return {
      // A savepoint cannot be done again: the whole transaction was lost.
      transaction: <A, E, R>(work: Effect.Effect<A, E, R>) =>
        Effect.if(isWithinAnother, { onTrue: () => once(work), onFalse: () => retryingConflicts(once(work)) })
    }
  })
)
