import { SqlError } from "@effect/sql"
import { Effect, Predicate, Schedule } from "effect"
import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"

/** Tries after the first, within a second in all: who loses that often has another problem than a neighbour. */
const triesAgain = 5

/**
 * Does a whole transaction again that PostgreSQL gave up for another one's sake: of such a transaction nothing is stored.
 * Everything in it has to be the database's, or bear being done twice.
 */
export const retryingConflicts = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(work, {
    while: isConflict,
    schedule: Schedule.exponential("20 millis").pipe(
      Schedule.jittered,
      Schedule.intersect(Schedule.recurs(triesAgain))
    )
  })

/** Deadlock detected, and serialization failure. */
const codes: ReadonlySet<unknown> = new Set(["40P01", "40001"])

const isConflict = (error: unknown): boolean =>
  (error instanceof SqlError.SqlError || error instanceof StoreUnavailable) &&
  Predicate.hasProperty(error.cause, "code") &&
  codes.has(error.cause.code)
