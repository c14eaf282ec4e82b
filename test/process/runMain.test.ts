import { expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "vitest"
import { postgresProcessesIn } from "../support/processes.ts"
import { aloneInTheWorld, fileOf, run, start } from "../support/spawned.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "mochi-signals-"))),
  path => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

type Signals = ReadonlyArray<NodeJS.Signals>

/** Millis between one signal and the next of those that npm, a terminal and a hasty person send. */
const apart = 15

const sendAll = (pid: number, signals: Signals) =>
  Effect.forEach(signals, signal =>
    Effect.zipRight(
      Effect.sync(() => {
        try {
          process.kill(pid, signal)
        } catch {
          // It has ended.
        }
      }),
      Effect.sleep(apart)
    )
  )

const drafts = (dataDir: string) =>
  Effect.promise(async () => (await readdir(dataDir).catch(() => [])).filter(name => name.includes(".new-")))

const service = [fileOf("src/main.ts")]
const early = ["--require", fileOf("src/launch.cjs"), fileOf("src/main.ts")]

/**
 * The first start makes the database, which takes a second or two: the moments are spread over all of it. Before the first
 * of them Node itself is still starting, and a signal has the effect that the system gives it.
 */
const moments = [150, 300, 500, 800, 1100, 1500, 2200, 3000, 4000]

describe("The service on its embedded database", () => {
  it.scopedLive.each(moments)(
    "ends in order however often it is told, %i ms after it began (C7, C28)",
    millis =>
      Effect.gen(function* () {
        const dataDir = yield* folder
        const child = yield* start(process.execPath, early, {
          env: { ...aloneInTheWorld, DATA_DIR: dataDir }
        })
        yield* Effect.sleep(millis)
        yield* sendAll(-child.pid, ["SIGINT", "SIGINT", "SIGTERM", "SIGHUP", "SIGTERM", "SIGINT"])
        const { code, signal } = yield* child.ended
        expect({ code, signal }).toEqual({ code: 0, signal: null })
        expect(postgresProcessesIn(dataDir)).toEqual([])
        expect(yield* drafts(dataDir)).toEqual([])
      })
  )

  it.scopedLive.each<{ readonly signals: Signals }>([
    { signals: ["SIGHUP"] },
    { signals: ["SIGTERM", "SIGTERM"] },
    { signals: ["SIGINT", "SIGTERM", "SIGHUP"] }
  ])("ends in order by $signals when it is up (C7, C28)", ({ signals }) =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const child = yield* start(process.execPath, service, {
        env: { ...aloneInTheWorld, DATA_DIR: dataDir, LOG_LEVEL: "info" }
      })
      yield* Effect.repeat(Effect.sleep(50), { until: () => child.said().includes("role_taken") })
      yield* sendAll(child.pid, signals)
      const { code, signal } = yield* child.ended
      expect({ code, signal }).toEqual({ code: 0, signal: null })
      expect(postgresProcessesIn(dataDir)).toEqual([])
    })
  )

  it.scopedLive("ends in order when npm hands a signal on, and the terminal sends it too (C7)", () =>
    Effect.gen(function* () {
      const dataDir = yield* folder
      const child = yield* start("npm", ["start"], {
        cwd: fileOf("."),
        env: { ...aloneInTheWorld, DATA_DIR: dataDir, LOG_LEVEL: "info" }
      })
      yield* Effect.repeat(Effect.sleep(50), { until: () => child.said().includes("role_taken") })
      yield* sendAll(-child.pid, ["SIGINT", "SIGINT", "SIGINT"])
      const { code } = yield* child.ended
      expect(code).toBe(0)
      expect(postgresProcessesIn(dataDir)).toEqual([])
    })
  )

  it.scopedLive("as the first process of a container ends by one signal, from its beginning on (C15)", () =>
    Effect.gen(function* () {
      for (const millis of [100, 200, 400, 900]) {
        const dataDir = yield* folder
        const child = yield* start(
          "unshare",
          ["--pid", "--fork", "--mount-proc", process.execPath, ...early],
          {
            env: { ...aloneInTheWorld, DATA_DIR: dataDir }
          }
        )
        yield* Effect.sleep(millis)
        const first = yield* childOf(child.pid)
        yield* catchesSignals(first)
        yield* sendAll(first, ["SIGTERM"])
        expect(yield* child.ended).toMatchObject({ code: 0, signal: null })
        expect(postgresProcessesIn(dataDir)).toEqual([])
      }
    })
  )

  it.scopedLive("ends in order while its database does not answer (C7)", () =>
    Effect.gen(function* () {
      const child = yield* start(process.execPath, service, {
        env: { ...aloneInTheWorld, DATABASE_URL: "postgresql://a:b@127.0.0.1:1/x", DATA_DIR: yield* folder }
      })
      yield* Effect.repeat(Effect.sleep(50), { until: () => child.said().includes("database_unreachable") })
      yield* sendAll(child.pid, ["SIGINT", "SIGTERM", "SIGTERM"])
      expect(yield* child.ended).toMatchObject({ code: 0, signal: null })
    })
  )
})

describe("The command line on an embedded database", () => {
  const cli = fileOf("src/cli.ts")

  /** Made by a service that has ended since. */
  const database = Effect.gen(function* () {
    const dataDir = yield* folder
    const env = { ...aloneInTheWorld, DATA_DIR: dataDir }
    const child = yield* start(process.execPath, service, { env: { ...env, LOG_LEVEL: "info" } })
    yield* Effect.repeat(Effect.sleep(50), { until: () => child.said().includes("role_taken") })
    yield* sendAll(child.pid, ["SIGTERM"])
    yield* child.ended
    return { dataDir, env }
  })

  it.scopedLive("leaves no server behind when it is interrupted, however often (C7)", () =>
    Effect.gen(function* () {
      const { dataDir, env } = yield* database
      for (const [command, millis] of [
        ["doctor", 0],
        ["doctor", 150],
        ["doctor", 400],
        ["notifications list", 0]
      ] as const) {
        const child = yield* start(process.execPath, [cli, ...command.split(" ")], { env })
        const server = Effect.repeat(Effect.sleep(5), {
          until: () => postgresProcessesIn(dataDir).length > 0
        })
        yield* Effect.raceFirst(server, child.ended)
        yield* Effect.sleep(millis)
        yield* sendAll(-child.pid, ["SIGINT", "SIGINT", "SIGTERM"])
        yield* child.ended
        expect(postgresProcessesIn(dataDir), command).toEqual([])
      }
    })
  )

  it.scopedLive("leaves no server behind when nobody reads what it prints (C7)", () =>
    Effect.gen(function* () {
      const { dataDir, env } = yield* database
      const ended = yield* run("sh", ["-c", `"${process.execPath}" "${cli}" usage | true`], { env })
      expect(ended.code).toBe(0)
      yield* Effect.repeat(Effect.sleep(100), {
        until: () => postgresProcessesIn(dataDir).length === 0,
        times: 100
      })
      expect(postgresProcessesIn(dataDir)).toEqual([])
    })
  )
})

const soon = Schedule.spaced("20 millis")

/** Once it is forked. */
const childOf = (pid: number) =>
  Effect.tryPromise(() => readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).pipe(
    Effect.map(children => Number(children.trim().split(" ")[0])),
    Effect.filterOrFail(child => child > 0),
    Effect.retry(soon)
  )

/** The kernel gives the first process of a container no signal before Node's first line asks for it. */
const catchesSignals = (pid: number) =>
  Effect.tryPromise(() => readFile(`/proc/${pid}/status`, "utf8")).pipe(
    Effect.map(status => BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`)),
    Effect.filterOrFail(caught => (caught & (1n << 14n)) !== 0n),
    Effect.retry(soon)
  )
