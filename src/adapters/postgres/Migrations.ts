import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqlError from "@effect/sql/SqlError"
import { Effect, Schema } from "effect"
import type { ParseResult } from "effect"
import { DatabaseError, DatabaseTooNew } from "./DatabaseError.ts"
import type { MigrationSet } from "./migrations/registry.ts"
import { describeSqlError } from "./storeErrors.ts"

const table = "schema_migrations"

/** Makes a second process that migrates at the same time wait; the number is arbitrary. */
const lockKey = 7_301_444

interface MigrationStatus {
  /** As `0001_name`, oldest first. */
  readonly applied: ReadonlyArray<string>
  readonly pending: ReadonlyArray<string>
  /** In the database, but not in this release. */
  readonly unknown: ReadonlyArray<string>
}

/** Reads only. */
export const status = (
  set: MigrationSet
): Effect.Effect<MigrationStatus, SqlError.SqlError | ParseResult.ParseError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [found] = yield* sql<{ exists: unknown }>`select to_regclass(${table}) is not null as exists`
    if (found?.exists !== true) return { applied: [], pending: keysOf(set), unknown: [] }
    const rows = yield* decodeRows(yield* sql`select migration_id, name from ${sql(table)} order by 1`)
    const applied = rows.map(row => `${String(row.migration_id).padStart(4, "0")}_${row.name}`)
    return {
      applied,
      pending: keysOf(set).filter(key => !applied.includes(key)),
      unknown: applied.filter(key => !(key in set))
    }
  })

/** Whether the database has exactly the migrations of `set`. Reads only, and waits for nobody. */
export const isCurrent = (set: MigrationSet): Effect.Effect<boolean, DatabaseError, SqlClient.SqlClient> =>
  status(set).pipe(
    Effect.map(({ pending, unknown }) => pending.length === 0 && unknown.length === 0),
    Effect.catchTags({ SqlError: unreachable, ParseError: undecodable })
  )

/**
 * Brings the database up to `set` in one transaction, so that no migration is ever half applied; returns the new ones.
 * Safe if several processes start at once: the others wait, then find nothing to do.
 */
export const run = (
  set: MigrationSet
): Effect.Effect<ReadonlyArray<string>, DatabaseError | DatabaseTooNew, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`select pg_advisory_xact_lock(${lockKey})`
        yield* sql`create table if not exists ${sql(table)} (
          migration_id integer primary key,
          created_at timestamptz not null default now(),
          name text not null
        )`
        const { applied, pending, unknown } = yield* status(set)
        if (unknown.length > 0) {
          return yield* new DatabaseTooNew({ unknown, newestKnown: keysOf(set).at(-1) ?? "none" })
        }
        const skipped = pending.filter(key => key < (applied.at(-1) ?? ""))
        if (skipped.length > 0) {
          return yield* failed(`${skipped.join(", ")} was never applied, but later ones were`)
        }
        yield* Migrator.make({})({ loader: Migrator.fromRecord({ ...set }), table })
        return pending
      })
    )
  }).pipe(
    Effect.catchTags({
      SqlError: unreachable,
      ParseError: undecodable,
      MigrationError: error => failed(error.message)
    }),
    // The migrator dies if a migration fails; a transaction dies if its connection breaks.
    Effect.catchAllDefect(defect => {
      if (defect instanceof SqlError.SqlError) return unreachable(defect)
      if (defect instanceof Migrator.MigrationError) return failed(describeFailure(defect))
      return Effect.die(defect)
    })
  )

const decodeRows = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ migration_id: Schema.Int, name: Schema.String }))
)

const keysOf = (set: MigrationSet) => Object.keys(set).sort()

const unreachable = (error: SqlError.SqlError) =>
  new DatabaseError({ reason: "unreachable", detail: describeSqlError(error) })

const undecodable = () => failed(`the table ${table} does not decode`)

const describeFailure = ({ cause, message }: Migrator.MigrationError) =>
  cause instanceof SqlError.SqlError ? `${message}: ${describeSqlError(cause)}` : message

const failed = (detail: string) => new DatabaseError({ reason: "migration", detail })
