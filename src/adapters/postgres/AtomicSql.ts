import * as SqlClient from "@effect/sql/SqlClient"
import * as SqlError from "@effect/sql/SqlError"
import { Effect, Layer, Option } from "effect"
import { Atomic } from "../../ports/Atomic.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { retryingConflicts } from "./conflicts.ts"
import { sqlDefectsAsFailures, storeUnavailable } from "./storeErrors.ts"

/**
 * One PostgreSQL transaction; nested ones are its savepoints. Any failure or interruption rolls back. The layer retries a
 * transaction that lost a deadlock.
 */
export const layer: Layer.Layer<Atomic, never, SqlClient.SqlClient> = Layer.effect(
  Atomic,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const once = <A, E, R>(work: Effect.Effect<A, E, R>) =>
      sql.withTransaction(work).pipe(
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
      // Nobody can retry a savepoint alone: the whole transaction is lost.
      transaction: <A, E, R>(work: Effect.Effect<A, E, R>) =>
        Effect.if(isWithinAnother, { onTrue: () => once(work), onFalse: () => retryingConflicts(once(work)) })
    }
  })
)
