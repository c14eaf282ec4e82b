import { Effect, Option, Schedule, Schema } from "effect"
import { spawn } from "node:child_process"
import { createServer } from "node:net"
import { open, readFile, readlink, realpath, rm, stat } from "node:fs/promises"
import { platform } from "node:os"
import { join } from "node:path"
import { dataArgument, environment } from "./binaries.ts"
import type { Cluster } from "./cluster.ts"

const killedWithin = "2 seconds"

/** A server process on the cluster's data, ready or not. */
interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/** The server ended instead of becoming ready. Right after a crash that happens once or twice. */
export class StartFailed extends Schema.TaggedError<StartFailed>()("StartFailed", {
  /** The end of the server's own log. */
  log: Schema.String
}) {}

/** The server that runs on this cluster now, whichever process started it. */
export const find = (cluster: Cluster): Effect.Effect<Option.Option<Postmaster>> =>
  Effect.promise(async () => {
    const lines = await linesOf(join(cluster.data, "postmaster.pid"))
    const [pid, port] = [Number(lines[0]), Number(lines[3])]
    // The server writes the port's line a moment after the pid's.
    if (!(pid > 0 && port > 0) || !(await isServerOf(cluster, pid))) return Option.none()
    return Option.some({ pid, port, ready: lines[7]?.trim() === "ready" })
  })

/** Starts the server in the background, on a free port unless one is given, and waits until it is ready. */
export const start = (
  cluster: Cluster,
  wantedPort: Option.Option<number>,
  durable: boolean
): Effect.Effect<void, StartFailed> =>
  Effect.uninterruptibleMask(restore =>
    Effect.gen(function* () {
      yield* Effect.promise(() => removeStaleLock(cluster))
      const port = yield* Option.match(wantedPort, { onNone: () => freePort, onSome: Effect.succeed })
      const server = yield* Effect.promise(() => launch(cluster, port, durable))
      const settled = (until: (found: Postmaster) => boolean) =>
        Effect.gen(function* () {
          while (!Option.exists(yield* find(cluster), until)) {
            if (server.hasEnded()) return yield* new StartFailed({ log: yield* logTail(cluster) })
            yield* Effect.sleep("20 millis")
          }
        })
      // Once `find` sees it, a cleanup after an interruption can stop it.
      yield* settled(() => true)
      yield* restore(settled(found => found.ready))
    })
  )

/** Ends the server: open transactions roll back. Returns when it is gone. */
export const stop = (cluster: Cluster, pid: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    const gone = Effect.promise(() => isServerOf(cluster, pid)).pipe(
      Effect.repeat({ until: alive => !alive, schedule: Schedule.spaced("20 millis") })
    )
    yield* signal(pid, "SIGINT")
    const timely = yield* Effect.timeoutOption(gone, "4 seconds")
    if (Option.isSome(timely)) return
    // Ends at once, and recovers at the next start: our own stop may take 10 s.
    yield* signal(pid, "SIGQUIT")
    yield* Effect.timeoutOption(gone, killedWithin)
  })

/** The end of the server's log, in one line and without the repetitions of every try. */
export const logTail = (cluster: Cluster): Effect.Effect<string> =>
  Effect.promise(async () => {
    const lines = (await linesOf(cluster.log)).slice(-mostLines).map(line => line.replace(stamp, "").trim())
    return [...new Set(lines.filter(line => line !== ""))].slice(-mostDistinct).join("; ").slice(-longestTail)
  })

const mostLines = 12
const mostDistinct = 6
const longestTail = 2_000

const stamp = /^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] /

const launch = async (cluster: Cluster, port: number, durable: boolean) => {
  const log = await openLog(cluster.log)
  const options = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "shared_buffers=64MB",
    "log_checkpoints=off",
    ...(durable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"])
  ]
  const child = spawn(
    cluster.postgres,
    ["-D", dataArgument(cluster), "-p", String(port), ...options.flatMap(option => ["-c", option])],
    {
      cwd: cluster.data,
      env: environment,
      // A session of its own: Ctrl-C in a terminal must not end it while work that needs it finishes.
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      ...cluster.user
    }
  )
  child.unref()
  let failed = false
  child.once("error", () => {
    failed = true
  })
  await log.close()
  return { hasEnded: () => failed || child.exitCode !== null || child.signalCode !== null }
}

/** The next start empties a longer log. */
const largestLogBytes = 5_000_000

const openLog = async (path: string) => {
  const size = await stat(path).then(
    found => found.size,
    () => 0
  )
  return open(path, size > largestLogBytes ? "w" : "a", 0o600)
}

/** A lock file whose process id now belongs to another program (containers reuse them) would prevent the start. */
const removeStaleLock = async (cluster: Cluster) => {
  const file = join(cluster.data, "postmaster.pid")
  const pid = Number((await linesOf(file))[0])
  if (pid > 0 && !(await isServerOf(cluster, pid))) await rm(file, { force: true })
}

/** A server's working directory is its data, which tells it from another process with the same id. */
const isServerOf = async (cluster: Cluster, pid: number): Promise<boolean> => {
  if (platform() !== "linux") return isAlive(pid)
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(cluster.data))
  } catch (error) {
    // Root may not look into other users' processes in many containers.
    const closed = error instanceof Error && "code" in error && error.code === "EACCES"
    return closed && (await linesOf(`/proc/${pid}/comm`))[0] === "postgres"
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

const signal = (pid: number, name: NodeJS.Signals) => Effect.ignore(Effect.try(() => process.kill(pid, name)))

const linesOf = (path: string): Promise<ReadonlyArray<string>> =>
  readFile(path, "utf8").then(
    text => text.split("\n"),
    () => []
  )

const freePort = Effect.async<number>(resume => {
  const probe = createServer()
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = address !== null && typeof address === "object" ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})
