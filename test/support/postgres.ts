import { SqlClient } from "@effect/sql"
import { Clock, Effect, Layer, Redacted, Schedule } from "effect"
import type { Scope } from "effect"
import { randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { inject } from "vitest"
import * as Database from "../../src/adapters/postgres/Database.ts"
import * as Cluster from "../../src/adapters/postgres/embedded/cluster.ts"
import * as EmbeddedPostgres from "../../src/adapters/postgres/embedded/EmbeddedPostgres.ts"
import * as Migrations from "../../src/adapters/postgres/Migrations.ts"
import { migrations } from "../../src/adapters/postgres/migrations/registry.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresFolder: string
  }
}

/** The server of this test run: that of `TEST_DATABASE_URL`, else an embedded one that the first test to need it starts. */
const server: Effect.Effect<Redacted.Redacted, unknown, Scope.Scope> = Effect.suspend(() => {
  const given = process.env["TEST_DATABASE_URL"]
  if (given !== undefined && given !== "") return Effect.succeed(Redacted.make(given))
  const folder = inject("postgresFolder")
  return Effect.zipRight(isUp(folder), EmbeddedPostgres.make({ folder, durable: false, keepRunning: true }))
})

/** One worker makes the cluster and starts the server; the others wait for it instead of doing the same. */
const isUp = (folder: string): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const up = `${folder}.up`
    const isFirst = yield* Effect.promise(() =>
      mkdir(`${folder}.first`).then(
        () => true,
        () => false
      )
    )
    if (!isFirst) {
      yield* Effect.sync(() => existsSync(up)).pipe(
        Effect.repeat({ until: is => is, schedule: Schedule.spaced("50 millis") }),
        Effect.timeoutOption("20 seconds")
      )
      return
    }
    const { data } = yield* Cluster.openOrMake(folder)
    yield* Effect.promise(() =>
      writeFile(join(data, "postgresql.auto.conf"), `max_connections = ${connections}\n`)
    )
    yield* Effect.scoped(EmbeddedPostgres.make({ folder, durable: false, keepRunning: true }))
    yield* Effect.promise(() => writeFile(up, ""))
  })

/** For a dozen services at once with a pool of ten each, and for the tests that look into their databases. */
const connections = 400

/** How the names of these databases begin. */
export const testDatabases = "test_"

/** A new, empty database on the run's server. */
export const freshDatabase: Effect.Effect<Redacted.Redacted, unknown, Scope.Scope> = Effect.gen(function* () {
  const url = yield* server
  const name = `${testDatabases}${randomUUID().replaceAll("-", "")}`
  const administer = (statement: string) =>
    Effect.gen(function* () {
      const context = yield* Database.connect(url)
      yield* Effect.flatMap(SqlClient.SqlClient, sql => sql.unsafe(statement)).pipe(Effect.provide(context))
    }).pipe(Effect.scoped)
  yield* Effect.acquireRelease(administer(`create database ${name}`), () =>
    Effect.orDie(administer(`drop database if exists ${name} with (force)`))
  )
  const fresh = new URL(Redacted.value(url))
  fresh.pathname = `/${name}`
  return Redacted.make(fresh.href)
})

/** A connection to a new database without any table. */
export const layerEmpty: Layer.Layer<Database.Database> = Layer.scopedContext(
  // A server starts in real time, whatever the test's clock says.
  Effect.flatMap(freshDatabase, Database.connect).pipe(Effect.withClock(Clock.make()))
).pipe(Layer.orDie)

/** A connection to a new, migrated database: one for each build of the layer, so use `layer(TestDatabase.layer)`. */
export const layer: Layer.Layer<Database.Database> = Layer.tap(layerEmpty, context =>
  Effect.provide(Migrations.run(migrations), context)
).pipe(Layer.orDie)
