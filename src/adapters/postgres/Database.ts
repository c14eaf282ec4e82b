import * as Reactivity from "@effect/experimental/Reactivity"
import { SqlClient } from "@effect/sql"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Option, Schedule } from "effect"
import type { Redacted, Scope } from "effect"
import { join, resolve } from "node:path"
import { Settings } from "../../config.ts"
import { DatabaseError } from "./DatabaseError.ts"
import type { DatabaseTooNew } from "./DatabaseError.ts"
import * as EmbeddedPostgres from "./embedded/EmbeddedPostgres.ts"
import { inOwnScope } from "./inOwnScope.ts"
import * as Migrations from "./Migrations.ts"
import { migrations } from "./migrations/registry.ts"
import { describeSqlError } from "./storeErrors.ts"

/** Where the database is, for connections outside the pool. */
export class DatabaseUrl extends Context.Tag("mochi/adapters/postgres/DatabaseUrl")<
  DatabaseUrl,
  Redacted.Redacted
>() {}

export type Database = SqlClient.SqlClient | PgClient.PgClient | DatabaseUrl

export const applicationName = "mochi-discord"

/** A pool on `url` as it is, without migrations. Columns keep the names that the SQL gives them. */
export const connect = (
  url: Redacted.Redacted
): Effect.Effect<Context.Context<Database>, DatabaseError, Scope.Scope> =>
  PgClient.make({ url, maxConnections: 10, applicationName, connectTimeout: "5 seconds" }).pipe(
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

const connectConfigured = ({ makeMissing }: { readonly makeMissing: boolean }) =>
  Effect.gen(function* () {
    const { database } = yield* Settings
    if (Option.isSome(database.url)) return yield* connect(database.url.value)
    const folder = join(resolve(database.dataDir), "postgres")
    return yield* connect(yield* EmbeddedPostgres.make({ folder, makeMissing }))
  })

const connectMigrated = Effect.tap(connectConfigured({ makeMissing: true }), context =>
  Effect.provide(Migrations.run(migrations), context)
)

/** The configured database as it stands, for looking at it: it is neither made nor migrated. */
export const layerUnmigrated: Layer.Layer<Database, DatabaseError, Settings> = Layer.scopedContext(
  connectConfigured({ makeMissing: false })
)

/** The configured database, migrated. Fails at once where it cannot be reached. */
export const layer: Layer.Layer<Database, DatabaseError | DatabaseTooNew, Settings> =
  Layer.scopedContext(connectMigrated)

/**
 * As `layer`, but waits as long as it takes until the database can be reached, and warns at every try. What cannot get
 * better by waiting still fails: an embedded server that does not start, a migration, a newer database.
 */
export const layerPatient: Layer.Layer<Database, DatabaseError | DatabaseTooNew, Settings> =
  Layer.scopedContext(
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
