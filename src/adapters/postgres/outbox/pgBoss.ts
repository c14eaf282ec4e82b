import * as Reactivity from "@effect/experimental/Reactivity"
import { SqlClient, SqlError } from "@effect/sql"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Either, Fiber, Predicate, Runtime, Schedule, Stream } from "effect"
import type { Scope } from "effect"
import { PgBoss } from "pg-boss"
import type { Db } from "pg-boss"
import type { Job } from "../../../ports/Outbox.ts"
import { keptAlive, withSessionSettings } from "../connections.ts"
import { DatabaseUrl } from "../Database.ts"
import { connectsWithin, jobLapsesAfter, statementEndsWithin } from "../detection.ts"
import { describeSqlError } from "../storeErrors.ts"

export const queueOf = { Deliver: "deliver", AskMochi: "ask-mochi" } as const satisfies Record<
  Job["_tag"],
  string
>
export type QueueName = (typeof queueOf)[Job["_tag"]]

/** Called with the name of a queue that has work. */
export type OnWork = (queue: string) => void

export interface Started {
  readonly boss: PgBoss
  /** Tells every process, this one too, that a queue has work: once the transaction of the fiber has committed. */
  readonly announce: (queue: QueueName) => Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient>
}

/**
 * pg-boss on the pool of the service, its schema and queues created or brought up to date; two processes may start at
 * once. It neither supervises nor works by itself.
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
    // Before the start, since one that fails half-way leaves timers and a listener behind.
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
        await declare(boss, queueOf.Deliver, "key_strict_fifo")
        await declare(boss, queueOf.AskMochi, "standard")
      })
    )
    return {
      boss,
      announce: (queue: QueueName) =>
        Effect.flatMap(SqlClient.SqlClient, sql => sql`select pg_notify(${announceOn}, ${queue})`)
    }
  }).pipe(Effect.withTracerEnabled(false))

/**
 * One call of pg-boss within the fiber's own transaction, where it has one. A statement under way is carried through,
 * since nobody could know what became of an interrupted one; where the database does not answer in time nobody can either,
 * and whoever waits goes on.
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

/** Of two processes that create the schema at once, PostgreSQL fails one, "if not exists" or not. */
const oneAtATime = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const connection = yield* sql.reserve
    // Asked again and again, since a statement that waits for the lock would be taken for a slow one.
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

/** In the queue. */
const keptForSeconds = 30 * 24 * 60 * 60
/** What one process, although it lives, keeps this long without settling it is taken from it. */
const heldAtMostSeconds = 15 * 60

const declare = async (boss: PgBoss, queue: QueueName, policy: "key_strict_fifo" | "standard") => {
  await boss.createQueue(queue, { policy })
  await boss.updateQueue(queue, {
    notify: true,
    // A job that ran out of retries would hold up its key for ever; who takes it decides when to give up.
    retryLimit: 1_000_000,
    heartbeatSeconds: jobLapsesAfter / 1000,
    expireInSeconds: heldAtMostSeconds,
    retentionSeconds: keptForSeconds
  })
}

/** pg-boss looks at the code of PostgreSQL's own errors, so they pass unwrapped. */
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

/** Several statements from `begin` to `commit`: where one fails, the connection must not go back to the pool in it. */
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

/** Apart from the pool, whose connections end when nothing passes for a while. */
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
 * A listening connection that breaks does so silently, so that there is a new one every minute; meanwhile those who wait
 * look for themselves.
 */
const listenIn = (client: PgClient.PgClient, channel: string, onWork: OnWork) => {
  const heard = Stream.runForEach(client.listen(channel), queue => Effect.sync(() => onWork(queue))).pipe(
    Effect.disconnect,
    Effect.timeoutOption("1 minute"),
    Effect.catchAllCause(() => Effect.sleep("1 second")),
    Effect.repeat(Schedule.forever)
  )
  const fiber = Effect.runFork(heard)
  return { close: () => Effect.runPromise(Effect.asVoid(Fiber.interruptFork(fiber))) }
}
