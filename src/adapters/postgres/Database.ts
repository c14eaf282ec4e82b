import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Option, Schedule } from "effect"
import type { Redacted, Scope } from "effect"
import { join, resolve } from "node:path"
import { Settings } from "../../config/Settings.ts"
import { endingWhenSilent, withSessionSettings } from "./connections.ts"
import { DatabaseError } from "./DatabaseError.ts"
import type { DatabaseTooNew } from "./DatabaseError.ts"
import { silenceAllowed, connectsWithin, serverDropsClientAfter, statementEndsWithin } from "./detection.ts"
import { inOwnScope } from "./inOwnScope.ts"
import * as Pool from "./pool.ts"
import * as Migrations from "./Migrations.ts"
import { migrations } from "./migrations/registry.ts"
import { describeSqlError } from "./storeErrors.ts"

/** Where the database is, for connections outside the pool. */
export class DatabaseUrl extends Context.Tag("mochi/adapters/postgres/DatabaseUrl")<
  DatabaseUrl,
  Redacted.Redacted
>() {}

export type Database = SqlClient.SqlClient | PgClient.PgClient | DatabaseUrl

const applicationName = "mochi-discord"

const mostConnections = 10

/** For the command line: an operator would rather wait than get an error. */
const operatorsStatementEndsWithin = 60_000
/** A migration may have to build an index over a whole table. */
const migrationEndsWithin = 600_000

/**
 * A pool on `url` as it is, without migrations. Columns keep the names that the SQL gives them. A statement that takes
 * longer than `endsWithin` milliseconds fails; the pool replaces a connection that is silent for longer than that.
 */
export const connect = (
  url: Redacted.Redacted,
  endsWithin = statementEndsWithin
): Effect.Effect<Context.Context<Database>, DatabaseError, Scope.Scope> => {
  const silentFor = endsWithin + silenceAllowed
  const pool = Pool.open({
    url: withSessionSettings(url, {
      statement_timeout: String(endsWithin),
      idle_session_timeout: String(2 * silentFor),
      idle_in_transaction_session_timeout: String(Math.max(silentFor, serverDropsClientAfter))
    }),
    applicationName,
    mostConnections,
    connectsWithin,
    socket: endingWhenSilent(silentFor)
  })
  return PgClient.fromPool({ acquire: pool, applicationName }).pipe(
    Effect.provideServiceEffect(Reactivity.Reactivity, Reactivity.make),
    Effect.mapBoth({
      onFailure: error => new DatabaseError({ reason: "unreachable", detail: describeSqlError(error) }),
      onSuccess: client =>
        Context.make(PgClient.PgClient, client).pipe(
          Context.add(SqlClient.SqlClient, client),
          Context.add(DatabaseUrl, url)
        )
    })
  )
}

const configuredUrl = ({ makeMissing }: { readonly makeMissing: boolean }) =>
  Effect.gen(function* () {
    const { database } = yield* Settings
    if (Option.isSome(database.url)) return database.url.value
    const embedded = yield* Effect.promise(() => import("./embedded/EmbeddedPostgres.ts"))
    return yield* embedded.make({ folder: join(resolve(database.dataDir), "postgres"), makeMissing })
  })

/** Mostly there is nothing to migrate, and the pool's own connection says so. */
const connectMigrated = Effect.gen(function* () {
  const url = yield* configuredUrl({ makeMissing: true })
  const context = yield* connect(url)
  const isCurrent = Effect.zipRight(refuseOtherEncodings, Migrations.isCurrent(migrations))
  if (!(yield* Effect.provide(isCurrent, context))) yield* migrate(url)
  return context
})

const migrate = (url: Redacted.Redacted) =>
  connect(url, migrationEndsWithin).pipe(
    Effect.flatMap(context => Effect.provide(Migrations.run(migrations), context)),
    Effect.scoped
  )

/** Names and reasons can have every character that Discord has: another encoding would refuse some of them for ever. */
const refuseOtherEncodings = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [found] = yield* Effect.mapError(
    sql<{ encoding: string }>`select getdatabaseencoding() as encoding`,
    error => new DatabaseError({ reason: "unreachable", detail: describeSqlError(error) })
  )
  if (found !== undefined && found.encoding !== "UTF8")
    yield* new DatabaseError({
      reason: "unsuitable",
      detail: `its encoding is ${found.encoding}, and must be UTF8: create it with "encoding 'UTF8' template template0"`
    })
})

/** The configured database as it is, for reading: neither created nor migrated. */
export const layerUnmigrated: Layer.Layer<Database, DatabaseError, Settings> = Layer.scopedContext(
  Effect.gen(function* () {
    const context = yield* connect(yield* configuredUrl({ makeMissing: false }), operatorsStatementEndsWithin)
    yield* Effect.provide(refuseOtherEncodings, context)
    return context
  })
)

/** The configured database, migrated. Fails at once if it is unreachable. */
export const layerAtOnce: Layer.Layer<Database, DatabaseError | DatabaseTooNew, Settings> =
  Layer.scopedContext(connectMigrated)

/**
 * The configured database, migrated. Waits for the database as long as it takes, and warns at every try. Fails if waiting
 * cannot help: an embedded server that does not start, a migration, a newer database, another encoding.
 */
export const layer: Layer.Layer<Database, DatabaseError | DatabaseTooNew, Settings> = Layer.scopedContext(
  inOwnScope(connectMigrated).pipe(
    Effect.tapErrorTag("DatabaseError", ({ detail }) =>
      Effect.annotateLogs(Effect.logWarning("database_unreachable"), { detail })
    ),
    Effect.retry({
      while: error => error._tag === "DatabaseError" && error.reason === "unreachable",
      schedule: Schedule.exponential("250 millis").pipe(Schedule.union(Schedule.spaced("3 seconds")))
    })
  )
)
