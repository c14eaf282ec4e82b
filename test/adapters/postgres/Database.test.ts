import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Queue, Redacted } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Database from "../../../src/adapters/postgres/Database.ts"
import { readSettings, layer as settingsLayer } from "../../../src/config.ts"
import * as TestDatabase from "../../support/postgres.ts"

const configured = (environment: Readonly<Record<string, string>>) =>
  Layer.unwrapEffect(
    Effect.map(
      readSettings({
        DISCORD_BOT_TOKEN: "token",
        MOCHI_APP_PRIVATE_KEY: "11".repeat(32),
        MOCHI_PAY_API_BASE_URL: "http://127.0.0.1:1",
        MOCHI_BOT_SECRET: "secret",
        MOCHI_WEBHOOK_SECRETS: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ...environment
      }),
      settingsLayer
    )
  )

const migrationCount = Effect.flatMap(SqlClient.SqlClient, sql => sql`select from schema_migrations`).pipe(
  Effect.map(rows => rows.length)
)

it.live("is an embedded server under the data folder when no URL is given, and the same one next time", () =>
  Effect.gen(function* () {
    const parent = yield* Effect.promise(() => mkdtemp(join(tmpdir(), "mochi-database-")))
    const database = Layer.provide(Database.layer, configured({ DATA_DIR: join(parent, "data") }))
    const first = Effect.flatMap(SqlClient.SqlClient, sql => sql`create table kept (id integer)`)
    yield* Effect.provide(first, Layer.fresh(database))
    const again = Effect.flatMap(SqlClient.SqlClient, sql => sql`select from kept`)
    expect(yield* Effect.provide(again, Layer.fresh(database))).toEqual([])
    expect(yield* Effect.provide(migrationCount, Layer.fresh(database))).toBeGreaterThan(0)
    yield* Effect.promise(() => rm(parent, { recursive: true }))
  })
)

it.live("fails at once, without the password, where the server cannot be reached", () =>
  Effect.gen(function* () {
    const database = Layer.provide(
      Database.layer,
      configured({ DATABASE_URL: "postgresql://someone:hunter2@127.0.0.1:1/nowhere" })
    )
    const error = yield* Effect.flip(Effect.provide(migrationCount, database))
    expect(error).toMatchObject({ _tag: "DatabaseError", reason: "unreachable" })
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2")
  })
)

it.scopedLive("waits for a database that is not there yet, when it is told to be patient", () =>
  Effect.gen(function* () {
    const url = yield* TestDatabase.freshDatabase
    const later = new URL(Redacted.value(url))
    later.pathname = `${later.pathname}_later`
    const database = Layer.provide(Database.layerPatient, configured({ DATABASE_URL: later.href }))
    const warnings = yield* Queue.unbounded<string>()
    const logger = Logger.make(({ message }) => warnings.unsafeOffer(String(message)))
    const waiting = yield* Effect.provide(migrationCount, database).pipe(
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Effect.fork
    )
    const sql = yield* Effect.map(Database.connect(url), context =>
      SqlClient.SqlClient.pipe(Effect.provide(context))
    ).pipe(Effect.flatten)
    expect(yield* Queue.takeN(warnings, 2)).toHaveLength(2)
    expect(yield* Fiber.poll(waiting)).toMatchObject({ _tag: "None" })
    const name = sql(later.pathname.slice(1))
    yield* Effect.addFinalizer(() => Effect.orDie(sql`drop database ${name} with (force)`))
    yield* sql`create database ${name}`
    expect(yield* Fiber.join(waiting)).toBeGreaterThan(0)
  })
)
