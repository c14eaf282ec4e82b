import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqlError from "@effect/sql/SqlError"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Duration, Effect, Either, Fiber, Predicate, Record, Runtime, Schedule, Schema, Stream } from "effect"
import type { Scope } from "effect"
import { PgBoss } from "pg-boss"
import type { Db } from "pg-boss"
import { jobKinds, jobQueues } from "../../../domain/Job.ts"
import type { JobKind } from "../../../domain/Job.ts"
import { keptAlive, withSessionSettings } from "../connections.ts"
import { DatabaseUrl } from "../Database.ts"
import { connectsWithin, jobLapsesAfter, statementEndsWithin } from "../detection.ts"
import { describeSqlError } from "../storeErrors.ts"
import * as Taking from "./taking.ts"

export const queueOf = (kind: JobKind): string => jobQueues[kind].name
export const queues: ReadonlyArray<string> = jobKinds.map(queueOf)

/** Receives the name of a queue that has work. */
export type OnWork = (queue: string) => void

interface Started {
  readonly boss: PgBoss
  /** Tells every process, including this one, that a queue has work, once the fiber's transaction has committed. */
  readonly announce: (queue: string) => Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient>
}

/**
 * Starts pg-boss on the service's pool, and creates or updates its schema and queues; two processes may start at once.
 * pg-boss neither supervises nor runs workers by itself.
 */
export const start = (
  onWork: OnWork
): Effect.Effect<Started, SqlError.SqlError, SqlClient.SqlClient | DatabaseUrl | Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime<SqlClient.SqlClient>()
    const listener = yield* listening
    let announceOn = ""
    const boss = new PgBoss({
      db: {
        ...databaseIn(runtime),
        listen: channel => {
          announceOn = channel
          return Promise.resolve(listenIn(listener, channel, onWork))
        }
      },
      schema: "pgboss",
      useListenNotify: true,
      supervise: false,
      schedule: false,
      registerInstance: false,
      openTelemetry: { enabled: false }
    })
    const report = (event: string) => (problem: unknown) => {
      Runtime.runFork(runtime)(
        Effect.logWarning(event).pipe(Effect.annotateLogs({ detail: describeSqlError(asSqlError(problem)) }))
      )
    }
    boss.on("error", report("outbox_maintenance_failed"))
    boss.on("warning", report("outbox_maintenance_warning"))
    // Before the start, since a start that fails half-way leaves timers and a listener behind.
    yield* Effect.addFinalizer(() =>
      attempt(() => boss.stop({ graceful: false, close: false })).pipe(
        Effect.disconnect,
        Effect.timeout("3 seconds"),
        Effect.ignore
      )
    )
    yield* oneAtATime(
      attempt(async () => {
        await boss.start()
        for (const kind of jobKinds) await declare(boss, kind)
      }).pipe(Effect.zipRight(Taking.declare))
    )
    return {
      boss,
      announce: (queue: string) =>
        Effect.flatMap(SqlClient.SqlClient, sql => sql`select pg_notify(${announceOn}, ${queue})`)
    }
  }).pipe(Effect.withTracerEnabled(false))

/**
 * One call of pg-boss within the fiber's own transaction, if it has one. A statement in flight is not interrupted, since
 * nobody could know its outcome then; if the database does not answer in time, the outcome is unknown too, and the waiting
 * fiber goes on.
 */
export const call = <A>(
  use: (db: Db) => Promise<A>
): Effect.Effect<A, SqlError.SqlError, SqlClient.SqlClient> =>
  Effect.flatMap(Effect.runtime<SqlClient.SqlClient>(), runtime =>
    attempt(() => use(databaseIn(runtime)))
  ).pipe(
    Effect.forkDaemon,
    Effect.flatMap(statement =>
      Effect.timeoutFail(Effect.interruptible(Fiber.join(statement)), {
        duration: Duration.millis(statementEndsWithin + 500),
        onTimeout: () => asSqlError(new Error("No answer"))
      })
    ),
    Effect.uninterruptible
  )

/** PostgreSQL fails one of two processes that create the schema at once, even with "if not exists". */
const oneAtATime = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const connection = yield* sql.reserve
    // Polls, since a statement that waits for the lock would run into the statement timeout.
    yield* Effect.acquireRelease(
      connection
        .executeValues("select pg_try_advisory_lock($1)", [setUpLock])
        .pipe(
          Effect.repeat({ until: ([row]) => row?.[0] === true, schedule: Schedule.spaced("200 millis") }),
          Effect.interruptible
        ),
      () => Effect.ignore(connection.executeRaw("select pg_advisory_unlock($1)", [setUpLock]))
    )
    return yield* work
  }).pipe(Effect.scoped)

const setUpLock = 7_301_448

const attempt = <A>(use: () => Promise<A>) => Effect.tryPromise({ try: use, catch: asSqlError })

const asSqlError = (cause: unknown) => new SqlError.SqlError({ cause, message: "The queue failed" })

/** For a job in the queue. */
const keptForSeconds = 30 * 24 * 60 * 60
/** A live process loses a job that it does not settle within this. */
const heldAtMostSeconds = 15 * 60

/** pg-boss creates and changes a queue under locks, in several statements: mostly there is nothing to change. */
const declare = async (boss: PgBoss, kind: JobKind) => {
  const queue = queueOf(kind)
  const found = await boss.getQueue(queue)
  if (found === null)
    await boss.createQueue(queue, {
      policy: jobQueues[kind].order === "any" ? "standard" : "key_strict_fifo"
    })
  if (found === null || !hasSettings(found)) await boss.updateQueue(queue, queueSettings)
}

const queueSettings = {
  notify: true,
  // A job without retries left would block its key for ever; the worker that takes it decides when to give up.
  retryLimit: 1_000_000,
  heartbeatSeconds: jobLapsesAfter / 1000,
  expireInSeconds: heldAtMostSeconds,
  retentionSeconds: keptForSeconds
}

const hasSettings = Schema.is(Schema.Struct(Record.map(queueSettings, value => Schema.Literal(value))))

/** pg-boss checks the code of PostgreSQL's own errors, so they pass unwrapped. */
const databaseIn = (runtime: Runtime.Runtime<SqlClient.SqlClient>): Db => ({
  executeSql: async (text, values = []) => {
    const ran = await Runtime.runPromise(runtime)(
      Effect.flatMap(SqlClient.SqlClient, sql =>
        opensTransaction.test(text) ? wholeTransaction(sql, text) : sql.unsafe(text, values).raw
      ).pipe(Effect.either)
    )
    return { rows: rowsOf(Either.getOrThrowWith(ran, error => error.cause)) }
  }
})

const opensTransaction = /^\s*begin\b/i

/** Several statements from `begin` to `commit`. Rolls back if one fails: the pool must not get an open transaction. */
const wholeTransaction = (sql: SqlClient.SqlClient, text: string) =>
  Effect.scoped(
    Effect.flatMap(sql.reserve, connection =>
      Effect.tapError(connection.executeRaw(text, []), () =>
        Effect.ignore(connection.executeRaw("rollback", []))
      )
    )
  )

/** The rows of one statement, or of several sent at once. */
const rowsOf = (raw: unknown): Array<unknown> => {
  if (Array.isArray(raw)) return raw.flatMap(rowsOf)
  return Predicate.hasProperty(raw, "rows") && Array.isArray(raw.rows) ? raw.rows : []
}

/** Outside the pool, whose connections end after a while without traffic. */
const listening = Effect.gen(function* () {
  return yield* PgClient.make({
    url: withSessionSettings(yield* DatabaseUrl),
    maxConnections: 1,
    idleTimeout: "1 second",
    applicationName: "mochi-discord-listener",
    connectTimeout: Duration.millis(connectsWithin),
    stream: keptAlive
  })
}).pipe(Effect.provideServiceEffect(Reactivity.Reactivity, Reactivity.make))

/**
 * A listening connection breaks silently, so this opens a new one every minute; in between, waiters look at the queue
 * themselves.
 */
const listenIn = (client: PgClient.PgClient, channel: string, onWork: OnWork) => {
  const announcements = Stream.runForEach(client.listen(channel), queue =>
    Effect.sync(() => onWork(queue))
  ).pipe(
    Effect.disconnect,
    Effect.timeoutOption("1 minute"),
    Effect.catchAllCause(() => Effect.sleep("1 second")),
    Effect.repeat(Schedule.forever)
  )
  const fiber = Effect.runFork(announcements)
  return { close: () => Effect.runPromise(Effect.asVoid(Fiber.interruptFork(fiber))) }
}
