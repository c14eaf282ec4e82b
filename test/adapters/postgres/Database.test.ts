import { SqlClient } from "@effect/sql"
import { describe, expect, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Fiber, Layer, Logger, Queue, Redacted, Schedule } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Database from "../../../src/adapters/postgres/Database.ts"
import { readSettings, layer as settingsLayer } from "../../../src/config/Settings.ts"
import * as TestDatabase from "../../support/postgres.ts"
import * as TcpProxy from "../../support/tcpProxy.ts"

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
    const database = Layer.provide(Database.layerAtOnce, configured({ DATA_DIR: join(parent, "data") }))
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
      Database.layerAtOnce,
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
    const database = Layer.provide(Database.layer, configured({ DATABASE_URL: later.href }))
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

describe("a connection", () => {
  /** The service's pool over a way that can be cut and silenced. */
  const throughProxy = Effect.gen(function* () {
    const url = new URL(Redacted.value(yield* TestDatabase.freshDatabase))
    const way = yield* TcpProxy.make({ host: url.hostname, port: Number(url.port) })
    url.host = `127.0.0.1:${way.port}`
    const context = yield* Database.connect(Redacted.make(url.href))
    return { way, sql: Context.get(context, SqlClient.SqlClient) }
  })

  it.scopedLive("that falls silent fails what waits on it, and new ones take its place (A4)", () =>
    Effect.gen(function* () {
      const { sql, way } = yield* throughProxy
      // All ten places of the pool are in use when the way goes silent.
      yield* Effect.all(
        Array.from({ length: 10 }, () => sql`select pg_sleep(0.2)`),
        { concurrency: "unbounded" }
      )
      way.silence()
      const waiting = yield* Effect.fork(
        Effect.timed(
          Effect.all(
            Array.from({ length: 15 }, () => Effect.exit(sql`select 1`)),
            { concurrency: "unbounded" }
          )
        )
      )
      yield* Effect.sleep("500 millis")
      way.restoreForNew()
      const [time, ends] = yield* Fiber.join(waiting)
      expect(Duration.toMillis(time)).toBeLessThan(15_000)
      expect(ends.some(Exit.isFailure)).toBe(true)
      expect(yield* sql`select 1 as one`).toEqual([{ one: 1 }])
    })
  )

  it.scopedLive("in a transaction that falls silent gives its row locks back (A4)", () =>
    Effect.gen(function* () {
      const { sql, way } = yield* throughProxy
      yield* sql`create table locked as select 1 as id`
      const holding = yield* Effect.fork(
        Effect.exit(
          sql.withTransaction(
            Effect.zipRight(
              sql`select from locked for update`,
              Effect.zipRight(
                Effect.sync(() => way.silence()),
                sql`select 2`
              )
            )
          )
        )
      )
      yield* Effect.sleep("1 second")
      way.restoreForNew()
      const taken = sql`select id from locked for update`
      expect(
        yield* Effect.retry(taken, Schedule.spaced("100 millis")).pipe(Effect.timeout("15 seconds"))
      ).toEqual([{ id: 1 }])
      expect(Exit.isFailure(yield* Fiber.join(holding))).toBe(true)
    })
  )

  it.scopedLive("ends a statement that takes too long, and stays", () =>
    Effect.gen(function* () {
      const { sql } = yield* throughProxy
      const [time, slow] = yield* Effect.timed(Effect.flip(sql`select pg_sleep(30)`))
      expect(slow).toMatchObject({ cause: { code: "57014" } })
      expect(Duration.toMillis(time)).toBeLessThan(6_500)
    })
  )

  for (const style of ["German", "SQL, DMY", "Postgres, MDY"])
    it.scopedLive(`reads and writes times as ever where the database's DateStyle is ${style} (C10)`, () =>
      Effect.gen(function* () {
        const url = yield* TestDatabase.freshDatabase
        const name = new URL(Redacted.value(url)).pathname.slice(1)
        const set = Effect.flatMap(Database.connect(url), context =>
          Context.get(context, SqlClient.SqlClient).unsafe(
            `alter database ${name} set "DateStyle" = '${style}';
            alter database ${name} set "IntervalStyle" = 'sql_standard';
            alter database ${name} set "TimeZone" = 'Asia/Kathmandu'`
          )
        )
        yield* Effect.scoped(set)
        const context = yield* Database.connect(url)
        const sql = Context.get(context, SqlClient.SqlClient)
        const at = new Date("2026-03-04T05:06:07.890Z")
        expect(
          yield* sql`select ${at}::timestamptz as at, ${at}::timestamptz::text as text,
          (interval '1 day 2 hours')::text as while`
        ).toEqual([{ at, text: "2026-03-04 05:06:07.89+00", while: "1 day 02:00:00" }])
      })
    )

  it.scopedLive("to a database of another encoding is refused, with the way to fix it (C11)", () =>
    Effect.gen(function* () {
      const server = yield* TestDatabase.freshDatabase
      const url = new URL(Redacted.value(server))
      const name = `${url.pathname.slice(1)}_latin`
      const sql = Context.get(yield* Database.connect(server), SqlClient.SqlClient)
      yield* sql.unsafe(
        `create database ${name} encoding 'LATIN1' locale_provider libc locale 'C' template template0`
      )
      yield* Effect.addFinalizer(() => Effect.orDie(sql.unsafe(`drop database ${name} with (force)`)))
      url.pathname = `/${name}`
      for (const database of [Database.layerAtOnce, Database.layer, Database.layerUnmigrated]) {
        const refused = yield* Effect.flip(
          Effect.provide(
            migrationCount,
            Layer.provide(Layer.fresh(database), configured({ DATABASE_URL: url.href }))
          )
        )
        expect(refused).toMatchObject({ _tag: "DatabaseError", reason: "unsuitable" })
        expect(refused.message).toContain("LATIN1")
      }
    })
  )
})
