import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Option, Redacted, Schedule } from "effect"
import { execFile } from "node:child_process"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Database from "../../../src/adapters/postgres/Database.ts"
import * as EmbeddedPostgres from "../../../src/adapters/postgres/embedded/EmbeddedPostgres.ts"
import * as Migrations from "../../../src/adapters/postgres/Migrations.ts"
import { migrations } from "../../../src/adapters/postgres/migrations/registry.ts"
import * as StoreHealthSql from "../../../src/adapters/postgres/StoreHealthSql.ts"
import { StoreHealth } from "../../../src/ports/StoreHealth.ts"
import * as TestDatabase from "../../support/postgres.ts"
import * as TcpProxy from "../../support/tcpProxy.ts"

const run = promisify(execFile)

const healthOf = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const context = yield* Database.connect(url)
    yield* Effect.provide(Migrations.run(migrations), context)
    const built = yield* Layer.build(Layer.provide(StoreHealthSql.layer, Layer.succeedContext(context)))
    return { health: Context.get(built, StoreHealth), sql: Context.get(context, SqlClient.SqlClient) }
  })

const folder = Effect.acquireRelease(
  Effect.promise(async () => {
    const path = await mkdtemp(join(tmpdir(), "mochi-health-"))
    await chmod(path, 0o711)
    return path
  }),
  path => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

it.scopedLive("a database that became read-only takes no writes, and says so (C9)", () =>
  Effect.gen(function* () {
    const server = yield* EmbeddedPostgres.make({ folder: join(yield* folder, "postgres"), durable: false })
    const { health, sql } = yield* healthOf(server)
    expect(yield* health.takesWrites).toBe(true)
    /** By a session that may write although new ones do not. */
    const turn = (readOnly: "on" | "off") =>
      Effect.gen(function* () {
        const connection = yield* sql.reserve
        yield* connection.executeRaw("set default_transaction_read_only = off", [])
        yield* connection.executeRaw(`alter system set default_transaction_read_only = ${readOnly}`, [])
        yield* connection.executeRaw("select pg_reload_conf()", [])
        yield* connection.executeRaw("reset default_transaction_read_only", [])
      }).pipe(Effect.scoped)
    yield* turn("on")
    const becomes = (takesWrites: boolean) =>
      Effect.repeat(health.takesWrites, {
        until: is => is === takesWrites,
        schedule: Schedule.spaced("50 millis")
      }).pipe(Effect.timeout("10 seconds"))
    yield* becomes(false)
    expect(yield* health.isReachable).toBe(true)
    yield* turn("off")
    yield* becomes(true)
  })
)

// Only root may mount a disk of its own, and PostgreSQL then runs as another user.
it.scopedLive.skipIf(process.getuid?.() !== 0)(
  "a database whose disk is full takes no writes, and says so, until there is space again (C9)",
  () =>
    Effect.gen(function* () {
      const { health, sql } = yield* healthOf(yield* TestDatabase.freshDatabase)
      const disk = yield* folder
      yield* Effect.acquireRelease(
        Effect.promise(() =>
          run("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700,uid=postgres", "tmpfs", disk])
        ),
        () => Effect.promise(() => run("umount", ["--lazy", disk]))
      )
      const space = `small_${disk.slice(-6).toLowerCase()}`
      yield* sql.unsafe(`create tablespace ${space} location '${disk}'`)
      yield* Effect.addFinalizer(() =>
        Effect.ignore(
          Effect.zipRight(
            sql.unsafe("drop table if exists hog, write_probe"),
            sql.unsafe(`drop tablespace ${space}`)
          )
        )
      )
      yield* sql.unsafe(`alter table write_probe set tablespace ${space}`)
      expect(yield* health.takesWrites).toBe(true)
      yield* sql.unsafe(`create unlogged table hog (filler text) tablespace ${space}`)
      yield* sql.unsafe("alter table hog alter column filler set storage plain")
      const fill = sql`insert into hog select repeat('x', 8000) from generate_series(1, 4)`
      const full = yield* Effect.exit(Effect.forever(fill))
      expect(Exit.isFailure(full)).toBe(true)
      yield* Effect.repeat(health.takesWrites, { while: takesWrites => takesWrites })
      yield* sql`drop table hog`
      expect(yield* health.takesWrites).toBe(true)
    })
)

it.scopedLive("asking for space does not fill the disk", () =>
  Effect.gen(function* () {
    const { health, sql } = yield* healthOf(yield* TestDatabase.freshDatabase)
    yield* Effect.repeat(health.takesWrites, Schedule.recurs(300))
    const [row] = yield* sql<{ size: string }>`select pg_relation_size('write_probe') as size`
    expect(Number(row?.size)).toBeLessThan(1024 * 1024)
  })
)

it.scopedLive(
  "a database is reachable while a new connection is answered, whatever the pool's are worth (A4)",
  () =>
    Effect.gen(function* () {
      const url = new URL(Redacted.value(yield* TestDatabase.freshDatabase))
      const way = yield* TcpProxy.make({ host: url.hostname, port: Number(url.port) })
      url.host = `127.0.0.1:${way.port}`
      const { health } = yield* healthOf(Redacted.make(url.href))
      way.silence()
      expect(yield* health.isReachable).toBe(false)
      way.restoreForNew()
      expect(yield* health.isReachable).toBe(true)
      expect(Option.isNone(yield* Effect.timeoutOption(health.takesWrites, "1 second"))).toBe(true)
    })
)
