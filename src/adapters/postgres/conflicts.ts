import * as SqlError from "@effect/sql/SqlError"
import { Effect, Predicate, Schedule } from "effect"
import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"

/** Retries, within a second in all: a transaction that loses more often has another problem than a conflict. */
const triesAgain = 5

/**
 * Retries a whole transaction that PostgreSQL aborted in favour of another one: the database stored nothing of it. Any
 * effect of `work` outside the database has to be idempotent.
 */
export const retryingConflicts = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(work, {
    while: isConflict,
    schedule: Schedule.exponential("20 millis").pipe(
      Schedule.jittered,
      Schedule.intersect(Schedule.recurs(triesAgain))
    )
  })

/** Deadlock, and serialization failure. */
const codes: ReadonlySet<unknown> = new Set(["40P01", "40001"])

const isConflict = (error: unknown): boolean =>
  (error instanceof SqlError.SqlError || error instanceof StoreUnavailable) &&
  Predicate.hasProperty(error.cause, "code") &&
  codes.has(error.cause.code)

/** True for a failure that PostgreSQL itself reported, of a session that goes on: it rolled the statement back. */
export const storedNothing = (error: unknown): boolean =>
  error instanceof SqlError.SqlError &&
  Predicate.hasProperty(error.cause, "code") &&
  typeof error.cause.code === "string" &&
  /^(?!08|57P)(?=.*\d)[0-9A-Z]{5}$/.test(error.cause.code)
