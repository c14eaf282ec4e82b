import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Database from "../../../../src/adapters/postgres/Database.ts"
import * as EmbeddedPostgres from "../../../../src/adapters/postgres/embedded/EmbeddedPostgres.ts"
import * as ServerUser from "../../../../src/adapters/postgres/embedded/serverUser.ts"
import * as Child from "../../../support/child.ts"

const holder = fileURLToPath(new URL("holder.ts", import.meta.url))

/** Closed to other users, as a folder of one's own is; whatever still runs at the end is stopped. */
const newFolder = Effect.acquireRelease(
  Effect.promise(async () => join(await mkdtemp(join(tmpdir(), "mochi-embedded-")), "data", "postgres")),
  folder =>
    Effect.zipRight(
      Effect.orDie(EmbeddedPostgres.stop(folder)),
      Effect.promise(() => rm(join(folder, "../.."), { recursive: true, force: true }))
    )
)

const sqlAt = (url: string, statement: string) =>
  Effect.gen(function* () {
    const context = yield* Database.connect(Redacted.make(url))
    return yield* Effect.provide(
      Effect.flatMap(SqlClient.SqlClient, sql => sql.unsafe(statement)),
      context
    )
  }).pipe(Effect.scoped)

const postmasterPid = (folder: string) =>
  Effect.promise(async () =>
    Number((await readFile(join(folder, "data/postmaster.pid"), "utf8")).split("\n")[0])
  )

const isRunning = (pid: number) => existsSync(`/proc/${pid}/cwd`)

it.scopedLive("loses nothing when the process is killed, again and again, nor when the server is", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    for (const round of [0, 1, 2, 3]) {
      const service = yield* Child.start(holder, folder)
      const url = yield* service.line
      yield* sqlAt(url, "create table if not exists kept (round integer)")
      expect(yield* sqlAt(url, "select round from kept order by 1")).toHaveLength(round)
      yield* sqlAt(url, `insert into kept values (${round})`)
      const server = yield* postmasterPid(folder)
      yield* service.end("SIGKILL")
      expect(isRunning(server)).toBe(true)
      if (round === 2) process.kill(server, "SIGKILL")
    }
  })
)

it.scopedLive("is one server for two processes that start at once, stopped by the last to leave", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    const [one, two] = yield* Effect.all([Child.start(holder, folder), Child.start(holder, folder)])
    const [url, same] = yield* Effect.all([one.line, two.line], { concurrency: 2 })
    expect(url).toBe(same)
    const server = yield* postmasterPid(folder)
    expect(yield* one.end("SIGTERM")).not.toBeNull()
    expect(yield* sqlAt(url, "select 1")).toHaveLength(1)
    expect(yield* two.end("SIGTERM")).not.toBeNull()
    expect(isRunning(server)).toBe(false)
  })
)

it.scopedLive("leaves no server when both of its users are told to end at once", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    const [one, two] = yield* Effect.all([Child.start(holder, folder), Child.start(holder, folder)])
    yield* Effect.all([one.line, two.line], { concurrency: 2 })
    const server = yield* postmasterPid(folder)
    yield* Effect.all([one.end("SIGTERM"), two.end("SIGTERM")], { concurrency: 2 })
    expect(isRunning(server)).toBe(false)
  })
)

it.scopedLive("stays for the service when a command that used it ends", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    const service = yield* Child.start(holder, folder)
    const url = yield* service.line
    const server = yield* postmasterPid(folder)
    const joined = yield* Effect.scoped(EmbeddedPostgres.make({ folder }))
    expect(Redacted.value(joined)).toBe(url)
    expect(yield* sqlAt(url, "select 1")).toHaveLength(1)
    yield* service.end("SIGTERM")
    expect(isRunning(server)).toBe(false)
  })
)

it.scopedLive("is stopped by the command when the service left first, and starts for the next process", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    const server = yield* Effect.scoped(
      Effect.gen(function* () {
        const service = yield* Child.start(holder, folder)
        yield* service.line
        yield* EmbeddedPostgres.make({ folder })
        yield* service.end("SIGTERM")
        return yield* postmasterPid(folder)
      })
    )
    expect(isRunning(server)).toBe(false)
    const url = yield* EmbeddedPostgres.make({ folder })
    expect(yield* sqlAt(Redacted.value(url), "select 1")).toHaveLength(1)
  })
)

it.scopedLive("comes back on the same port when it crashes while it is used", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    const url = Redacted.value(yield* EmbeddedPostgres.make({ folder }))
    const server = yield* postmasterPid(folder)
    process.kill(server, "SIGKILL")
    yield* sqlAt(url, "select 1").pipe(
      Effect.retry(Schedule.spaced("200 millis").pipe(Schedule.upTo("20 seconds")))
    )
    expect(yield* postmasterPid(folder)).not.toBe(server)
  })
)

it.scopedLive("starts although its lock file names a process that is something else by now", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    yield* Effect.scoped(EmbeddedPostgres.make({ folder }))
    // Of the server's own user: PostgreSQL by itself disregards only what belongs to others.
    const user = yield* ServerUser.find
    const other = yield* Effect.acquireRelease(
      Effect.sync(() => spawn("sleep", ["60"], { ...user, stdio: "ignore" })),
      child => Effect.sync(() => child.kill())
    )
    yield* Effect.promise(() =>
      writeFile(
        join(folder, "data/postmaster.pid"),
        `${other.pid}\n${folder}\n1\n5432\n\n127.0.0.1\n\nready\n`
      )
    )
    const url = yield* EmbeddedPostgres.make({ folder })
    expect(yield* sqlAt(Redacted.value(url), "select 1")).toHaveLength(1)
  })
)

it.scopedLive("keeps its password and its data to itself, and our environment out of the server's", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    process.env["MOCHI_BOT_SECRET"] = "not for the server"
    const url = Redacted.value(yield* EmbeddedPostgres.make({ folder }))
    const mode = (path: string) => Effect.promise(async () => (await stat(join(folder, path))).mode & 0o777)
    expect(yield* mode("password")).toBe(0o600)
    expect(yield* mode("data")).toBe(0o700)
    const wrong = url.replace(/:[0-9a-f]{48}@/, ":wrong@")
    expect((yield* Effect.flip(sqlAt(wrong, "select 1"))).message).toContain("28P01")
    const environment = yield* Effect.flatMap(postmasterPid(folder), pid =>
      Effect.promise(() => readFile(`/proc/${pid}/environ`, "utf8"))
    )
    expect(environment).not.toContain("not for the server")
  })
)

it.scopedLive("says with the end of the server's log why it does not start", () =>
  Effect.gen(function* () {
    const folder = yield* newFolder
    yield* Effect.scoped(EmbeddedPostgres.make({ folder }))
    yield* Effect.promise(() => writeFile(join(folder, "data/postgresql.auto.conf"), "no_such_setting = 1\n"))
    const error = yield* Effect.flip(EmbeddedPostgres.make({ folder }))
    expect(error.message).toContain("no_such_setting")
  })
)

it.effect("names the folder that the server's user cannot pass", () =>
  Effect.gen(function* () {
    const closed = yield* Effect.promise(() => mkdtemp(join(tmpdir(), "mochi-closed-")))
    const file = join(closed, "postgres")
    yield* Effect.promise(() => writeFile(file, ""))
    const stranger = { uid: 54_321, gid: 54_321 }
    const error = yield* Effect.flip(ServerUser.ensurePassable(stranger, file))
    expect(error.message).toContain(`chmod o+x ${closed}`)
    yield* Effect.promise(() => chmod(closed, 0o711))
    yield* ServerUser.ensurePassable(stranger, file)
    yield* Effect.promise(() => rm(closed, { recursive: true }))
  })
)
