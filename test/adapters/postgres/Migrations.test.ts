import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Database from "../../../src/adapters/postgres/Database.ts"
import * as Migrations from "../../../src/adapters/postgres/Migrations.ts"
import type { MigrationSet } from "../../../src/adapters/postgres/migrations/registry.ts"
import * as TestDatabase from "../../support/postgres.ts"

const statement = (text: string) =>
  Effect.flatMap(SqlClient.SqlClient, sql => Effect.asVoid(sql.unsafe(text)))

const two: MigrationSet = {
  "0001_first": statement("create table first (id integer)"),
  "0002_second": statement("create table second (id integer)")
}

const three: MigrationSet = { ...two, "0003_third": statement("create table third (id integer)") }

const tables = Effect.flatMap(SqlClient.SqlClient, sql =>
  Effect.map(
    sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    rows => rows.map(row => row.name)
  )
)

const onEmptyDatabase = <A, E>(work: Effect.Effect<A, E, Database.Database>) =>
  Effect.provide(work, TestDatabase.layerEmpty)

it.live("bring an empty database up to date, then find nothing to do", () =>
  Effect.gen(function* () {
    expect(yield* Migrations.status(two)).toEqual({ applied: [], pending: Object.keys(two), unknown: [] })
    expect(yield* Migrations.run(two)).toEqual(["0001_first", "0002_second"])
    expect(yield* Migrations.run(two)).toEqual([])
    expect(yield* Migrations.run(three)).toEqual(["0003_third"])
    expect(yield* tables).toEqual(["first", "schema_migrations", "second", "third"])
    expect(yield* Migrations.status(three)).toEqual({
      applied: Object.keys(three),
      pending: [],
      unknown: []
    })
  }).pipe(onEmptyDatabase)
)

it.live("say whether there is anything to do, whoever migrates at that moment", () =>
  Effect.gen(function* () {
    expect(yield* Migrations.isCurrent(two)).toBe(false)
    yield* Migrations.run(two)
    const [sql, url] = [yield* SqlClient.SqlClient, yield* Database.DatabaseUrl]
    const another = Effect.provide(Migrations.isCurrent(two), yield* Database.connect(url))
    // As long as this transaction lasts, no other process can migrate.
    const asked = Effect.zipRight(sql`select pg_advisory_xact_lock(7301444)`, another)
    expect(yield* Effect.timeout(sql.withTransaction(asked), "4 seconds")).toBe(true)
    expect(yield* Migrations.isCurrent(three)).toBe(false)
    yield* Migrations.run(three)
    expect(yield* Migrations.isCurrent(two)).toBe(false)
  }).pipe(Effect.scoped, onEmptyDatabase)
)

it.live("run once when several processes start at once", () =>
  Effect.gen(function* () {
    const replica = Effect.flatMap(Database.DatabaseUrl, Database.connect).pipe(
      Effect.flatMap(context => Effect.provide(Migrations.run(three), context)),
      Effect.scoped
    )
    const done = yield* Effect.all([replica, replica, replica, replica], { concurrency: "unbounded" })
    expect(done.flat()).toEqual(Object.keys(three))
  }).pipe(onEmptyDatabase)
)

it.live("leave nothing half applied when one of them fails", () =>
  Effect.gen(function* () {
    const broken = { ...two, "0003_broken": statement("create table second (id integer)") }
    const error = yield* Effect.flip(Migrations.run(broken))
    expect(error.message).toContain("3_broken")
    expect(error.message).toContain("42P07")
    expect(yield* tables).toEqual([])
    expect(yield* Migrations.run(two)).toHaveLength(2)
  }).pipe(onEmptyDatabase)
)

it.live("refuse a database that a newer release migrated", () =>
  Effect.gen(function* () {
    yield* Migrations.run(three)
    const error = yield* Effect.flip(Migrations.run(two))
    expect(error).toMatchObject({
      _tag: "DatabaseTooNew",
      unknown: ["0003_third"],
      newestKnown: "0002_second"
    })
    expect((yield* Migrations.status(two)).unknown).toEqual(["0003_third"])
  }).pipe(onEmptyDatabase)
)

it.live("refuse to skip one that was slipped in before those that were applied", () =>
  Effect.gen(function* () {
    yield* Migrations.run({ "0002_second": statement("create table second (id integer)") })
    const error = yield* Effect.flip(Migrations.run(two))
    expect(error.message).toContain("0001_first was never applied")
  }).pipe(onEmptyDatabase)
)
