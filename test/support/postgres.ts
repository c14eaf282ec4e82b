import { SqlClient } from "@effect/sql"
import { Clock, Effect, Layer, Redacted } from "effect"
import type { Scope } from "effect"
import { randomUUID } from "node:crypto"
import { inject } from "vitest"
import * as Database from "../../src/adapters/postgres/Database.ts"
import * as EmbeddedPostgres from "../../src/adapters/postgres/embedded/EmbeddedPostgres.ts"
import * as Migrations from "../../src/adapters/postgres/Migrations.ts"
import { migrations } from "../../src/adapters/postgres/migrations/registry.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresFolder: string
  }
}

/** The server of this test run: of `TEST_DATABASE_URL`, else embedded, started by the first test that asks. */
const server: Effect.Effect<Redacted.Redacted, unknown, Scope.Scope> = Effect.suspend(() => {
  const given = process.env["TEST_DATABASE_URL"]
  return given !== undefined && given !== ""
    ? Effect.succeed(Redacted.make(given))
    : EmbeddedPostgres.make({ folder: inject("postgresFolder"), durable: false, keepRunning: true })
})

/** A new, empty database on the run's server. */
export const freshDatabase: Effect.Effect<Redacted.Redacted, unknown, Scope.Scope> = Effect.gen(function* () {
  const url = yield* server
  const name = `test_${randomUUID().replaceAll("-", "")}`
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

/** Connected to a new database without any table. */
export const layerEmpty: Layer.Layer<Database.Database> = Layer.scopedContext(
  // A server starts in real time, whatever the clock of the test says.
  Effect.flatMap(freshDatabase, Database.connect).pipe(Effect.withClock(Clock.make()))
).pipe(Layer.orDie)

/** Connected to a new, migrated database: one for every place that builds the layer, so use `layer(TestDatabase.layer)`. */
export const layer: Layer.Layer<Database.Database> = Layer.tap(layerEmpty, context =>
  Effect.provide(Migrations.run(migrations), context)
).pipe(Layer.orDie)
