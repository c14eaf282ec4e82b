import type * as SqlError from "@effect/sql/SqlError"
import { Deferred, Effect, Option, Redacted, Schedule, Schema } from "effect"
import type { Scope } from "effect"
import { upTo } from "../../../context/monotonic.ts"
import type { DatabaseError } from "../DatabaseError.ts"
import * as DatabaseSession from "../DatabaseSession.ts"
import { inOwnScope } from "../inOwnScope.ts"
import { describeSqlError } from "../storeErrors.ts"
import { missingLibraries, role } from "./binaries.ts"
import * as Cluster from "./cluster.ts"
import { embedded } from "./failures.ts"
import * as Postmaster from "./postmaster.ts"

const recoversWithin = "60 seconds"
const startsWithin = "6 seconds"

/*
 * One server for every process that works on the same folder. It outlives a killed process; the next process adopts it.
 * Each process holds a shared advisory lock in the server while it uses it. The last one, which gets the lock exclusively,
 * stops the server; a process that arrives meanwhile waits and starts it again. So a stopped service leaves no server
 * behind, and a command beside a running service does not stop it.
 */

interface EmbeddedOptions {
  /** Holds the cluster, its password and its log. */
  readonly folder: string
  /** False: fails if the folder has no cluster. Default true. */
  readonly makeMissing?: boolean
  /** False: commits may be lost if the machine goes down. Default true. */
  readonly durable?: boolean
  /** True: the server goes on after the scope closes. Default false. */
  readonly keepRunning?: boolean
}

/** Starts the server or joins the running one, and brings it back on the same port when it crashes. */
export const make = (
  options: EmbeddedOptions
): Effect.Effect<Redacted.Redacted, DatabaseError, Scope.Scope> =>
  Effect.gen(function* () {
    const open = (options.makeMissing ?? true) ? Cluster.openOrMake : Cluster.open
    const cluster = yield* open(options.folder)
    const first = yield* Deferred.make<Server, DatabaseError>()
    if (options.keepRunning !== true) yield* Effect.addFinalizer(() => stopUnlessUsed(cluster))
    yield* Effect.gen(function* () {
      const port = (yield* Deferred.isDone(first)) ? Option.some((yield* first).port) : Option.none()
      const server = yield* join(cluster, port, options.durable ?? true)
      yield* Deferred.succeed(first, server)
      yield* server.session.lost
      yield* Effect.logWarning("database_restarting")
    }).pipe(
      Effect.scoped,
      Effect.catchAllCause(cause =>
        Effect.flatMap(Deferred.failCause(first, cause), wasFirst =>
          wasFirst
            ? Effect.interrupt
            : Effect.zipRight(Effect.logError("database_restart_failed", cause), Effect.sleep("2 seconds"))
        )
      ),
      Effect.forever,
      Effect.forkScoped
    )
    return (yield* Deferred.await(first)).url
  })

/** Stops the server in `folder`, if one runs, unless a process still uses it. */
export const stop = (folder: string): Effect.Effect<void, DatabaseError> =>
  Cluster.open(folder).pipe(
    Effect.flatMap(stopUnlessUsed),
    Effect.catchIf(
      ({ reason }) => reason === "absent",
      () => Effect.void
    )
  )

interface Server {
  readonly port: number
  readonly url: Redacted.Redacted
  readonly session: DatabaseSession.DatabaseSession
}

/** The server runs but does not let us in: it starts, recovers or stops, or its last user is about to stop it. */
class NotYet extends Schema.TaggedError<NotYet>()("NotYet", { detail: Schema.String }) {}

const usersLock = 7_301_445

/** Holds the shared lock until the scope closes. */
const join = (cluster: Cluster.Cluster, port: Option.Option<number>, durable: boolean) =>
  Effect.gen(function* () {
    const running = yield* Postmaster.find(cluster)
    if (Option.isNone(running)) yield* Postmaster.start(cluster, port, durable)
    const server = yield* enter(cluster, "pg_try_advisory_lock_shared")
    return server.hasLock ? server : yield* new NotYet({ detail: "it is being stopped" })
  }).pipe(
    inOwnScope,
    Effect.retry({
      // Gives up on a failing start sooner than on a server that recovers from a crash.
      schedule: Schedule.spaced("200 millis").pipe(
        upTo(recoversWithin),
        Schedule.whileInput((error: NotYet | Postmaster.StartFailed) => error._tag === "NotYet"),
        Schedule.union(Schedule.spaced("400 millis").pipe(upTo(startsWithin)))
      )
    }),
    Effect.catchTags({
      StartFailed: ({ log }) =>
        embedded(missingLibraries(log) ?? `the server does not start; its log ends with: ${log}`),
      NotYet: ({ detail }) =>
        Effect.flatMap(Postmaster.logTail(cluster), log =>
          embedded(`the server does not answer (${detail}); its log ends with: ${log}`)
        )
    })
  )

/** Connects to the running server and takes the users' lock in the given way. */
const enter = (cluster: Cluster.Cluster, take: "pg_try_advisory_lock_shared" | "pg_try_advisory_lock") =>
  Effect.gen(function* () {
    const running = yield* Postmaster.find(cluster)
    if (Option.isNone(running)) return yield* new NotYet({ detail: "it is not running" })
    const { pid, port } = running.value
    const password = Redacted.value(cluster.password)
    const url = Redacted.make(`postgresql://${role}:${password}@127.0.0.1:${port}/postgres`)
    const session = yield* DatabaseSession.open(url, "mochi-discord-presence")
    const [row] = yield* session.query(`select ${take}(${usersLock})`)
    return { pid, port, url, session, hasLock: row?.[0] === true }
  }).pipe(
    inOwnScope,
    Effect.catchTag("SqlError", (error: SqlError.SqlError) => new NotYet({ detail: describeSqlError(error) }))
  )

const stopUnlessUsed = (cluster: Cluster.Cluster): Effect.Effect<void> =>
  Effect.gen(function* () {
    const entered = yield* enter(cluster, "pg_try_advisory_lock").pipe(
      Effect.retry({
        while: () => Effect.map(Postmaster.find(cluster), Option.isSome),
        schedule: Schedule.spaced("100 millis").pipe(upTo("2 seconds"))
      }),
      Effect.option
    )
    // Nobody uses a server that lets nobody in. Otherwise the lock stays held to the end: nobody joins a stopping server.
    const unused = Option.isNone(entered) || entered.value.hasLock
    const running = yield* Postmaster.find(cluster)
    if (unused && Option.isSome(running)) yield* Postmaster.stop(cluster, running.value.pid)
  }).pipe(Effect.scoped)
