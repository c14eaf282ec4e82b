import * as SqlClient from "@effect/sql/SqlClient"
import type * as SqlError from "@effect/sql/SqlError"
import { Context, Duration, Effect, FiberHandle, Layer, Option, Queue, Record, Schema } from "effect"
import type { ParseResult } from "effect"
import type { JobAttempt } from "pg-boss"
import { delayOf, isOfKind, jobKinds, jobQueues } from "../../domain/Job.ts"
import type { Delay, Job, JobKind, JobOf, JobQueue } from "../../domain/Job.ts"
import { Outbox } from "../../ports/Outbox.ts"
import type { Taken } from "../../ports/Outbox.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import { currentTraceparent } from "../../telemetry/traceContext.ts"
import { storable } from "./columns.ts"
import type { DatabaseUrl } from "./Database.ts"
import { Lookout } from "./Lookout.ts"
import * as HeldJobs from "./outbox/HeldJobs.ts"
import * as OrderedIds from "./outbox/orderedIds.ts"
import { call, queueOf, start } from "./outbox/pgBoss.ts"
import * as Putting from "./outbox/putting.ts"
import { decodeFrees, frees, JobRemoval, removing } from "./outbox/removing.ts"
import * as StoredJob from "./outbox/storedJob.ts"
import * as Taking from "./outbox/taking.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const nextId = yield* OrderedIds.make
  // One of several signals is enough: a waiter looks at the whole queue.
  const signals = yield* Effect.all(Record.map(jobQueues, () => Queue.sliding<void>(1)))
  const onWork = (queue: string) => {
    for (const kind of jobKinds) if (queueOf(kind) === queue) signals[kind].unsafeOffer()
  }
  const { announce, boss } = yield* start(onWork)
  const putting = Putting.into(boss)
  const held = yield* HeldJobs.make(boss, onWork)
  const { watch } = yield* Lookout
  for (const kind of jobKinds) yield* watch(someDue(queueOf(kind)), () => onWork(queueOf(kind)))
  const release = (kind: JobKind) =>
    Effect.flatMap(held.release(queueOf(kind)), some =>
      some ? Effect.asVoid(announce(queueOf(kind))) : Effect.void
    )
  yield* Effect.addFinalizer(() =>
    Effect.forEach(jobKinds, kind => Effect.ignoreLogged(release(kind)), { concurrency: "unbounded" })
  )
  const keeping = yield* FiberHandle.make<never>()

  const rowsOf = <Kind extends JobKind>(
    kind: Kind,
    jobs: ReadonlyArray<JobOf<Kind>>,
    delay: Delay,
    traceparent: Option.Option<string>
  ): ReadonlyArray<Putting.Row> => {
    const queue: JobQueue<Kind> = jobQueues[kind]
    return jobs.map(job => {
      const after = delayOf(job, delay)
      return {
        kind,
        id: nextId(),
        data: StoredJob.encode({ v: 1, job, after, failures: 0, traceparent }),
        startAfter: after / 1000,
        ...(queue.order === "any" ? {} : { singletonKey: storable(queue.keyOf(job)) })
      }
    })
  }

  /** `data`: the job's new content; undefined leaves it as it is. */
  const putBack = (kind: JobKind, attempt: JobAttempt, after: Duration.Duration, data?: object) =>
    Effect.suspend(() => {
      held.letGo(attempt)
      const startAfter = Duration.toMillis(after) / 1000
      return sql.withTransaction(
        Effect.flatMap(
          call(db => boss.fail(queueOf(kind), attempt, undefined, { db })),
          ended =>
            isOurs(ended)
              ? call(db => boss.update(queueOf(kind), data, { id: attempt.id, startAfter, db }))
              : Effect.void
        )
      )
    }).pipe(Effect.zipRight(signals[kind].offer()), Effect.uninterruptible)

  /** Statements of `fetch` that began and that ended. */
  const fetches = Record.map(jobQueues, () => ({ began: 0, ended: 0 }))

  /** Until when nothing can be taken unless a signal comes, by the monotonic clock, in milliseconds. */
  const idleUntil: Record<JobKind, number> = Record.map(jobQueues, () => 0)

  const fetch = Effect.fnUntraced(function* (kind: JobKind, most: number) {
    fetches[kind].began++
    const { dueIn, jobs } = yield* Effect.ensuring(
      Taking.take(queueOf(kind), most),
      Effect.sync(() => fetches[kind].ended++)
    )
    idleUntil[kind] =
      jobs.length === most ? 0 : (yield* monotonicMillis) + (dueIn ?? Number.POSITIVE_INFINITY)
    held.hold(
      queueOf(kind),
      jobs.map(({ id, tries }) => ({ id, retryCount: tries }))
    )
    const taken: Array<Taken> = []
    for (const { age, data, id, tries } of jobs) {
      const stored = StoredJob.decode(data)
      if (Option.isSome(stored)) {
        const { after, failures, job, traceparent } = stored.value
        taken.push({
          id,
          job,
          triesBefore: tries,
          failuresBefore: failures,
          firstAfter: Duration.millis(after),
          age: Duration.millis(Math.max(0, age - after)),
          traceparent
        })
      } else {
        // Another release may be able to read it; this one puts it back without holding up the rest.
        yield* Effect.logError("outbox_job_unreadable").pipe(Effect.annotateLogs({ job: id }))
        yield* putBack(kind, { id, retryCount: tries }, Duration.minutes(1))
      }
    }
    return taken
  }, Effect.uninterruptible)

  const untilWork = Effect.fnUntraced(function* (kind: JobKind) {
    const millis = idleUntil[kind] - (yield* monotonicMillis)
    if (millis <= 0) return
    const signal = signals[kind].take
    yield* Number.isFinite(millis) ? Effect.timeoutOption(signal, Duration.millis(Math.ceil(millis))) : signal
  })

  const take = (
    kind: JobKind,
    most: number
  ): Effect.Effect<ReadonlyArray<Taken>, SqlError.SqlError | ParseResult.ParseError, SqlClient.SqlClient> =>
    Effect.zipRight(untilWork(kind), fetch(kind, most)).pipe(
      Effect.flatMap(taken => (taken.length > 0 ? Effect.succeed(taken) : take(kind, most)))
    )

  const remove: JobRemoval["Type"]["remove"] = (taken, statement) =>
    Effect.suspend(() => {
      const kind = taken.job._tag
      held.letGo(attemptOf(taken))
      const { ended } = fetches[kind]
      // A waiter sees the job behind it only once this one is gone. A job that was put during the statement may have been
      // looked for in vain: the statement does not see it, and the look did not see that this one is gone.
      return Effect.tap(statement, ({ frees }) =>
        frees || fetches[kind].began > ended ? signals[kind].offer() : Effect.void
      )
    }).pipe(Effect.uninterruptible)

  const storing =
    (operation: string) =>
    <A, E, R>(work: Effect.Effect<A, E, R>) =>
      Effect.provideService(work, SqlClient.SqlClient, sql).pipe(asStoreUnavailable(operation))

  const outbox = Outbox.of({
    put: Effect.fnUntraced(function* (jobs: ReadonlyArray<Job>, after: Delay = Duration.zero) {
      const traceparent = yield* currentTraceparent
      const rows = jobKinds.flatMap(kind => rowsOf(kind, jobs.filter(isOfKind(kind)), after, traceparent))
      yield* putting.put(rows)
    }, storing("Outbox.put")),

    together: work => putting.together(work, storing("Outbox.together")),

    // Without a span: it would last as long as the queue is empty.
    take: (kind, most) =>
      most < 1
        ? Effect.succeed([])
        : FiberHandle.run(keeping, held.keep, { onlyIfMissing: true }).pipe(
            Effect.zipRight(Effect.withTracerEnabled(take(kind, most), false)),
            storing("Outbox.take")
          ),

    done: Effect.fnUntraced(function* (taken: Taken) {
      const statement = sql`with removed as (${removing(sql, taken)}) select ${frees(sql, taken)} as frees`
      yield* remove(
        taken,
        Effect.map(Effect.flatMap(statement, decodeFrees), ([row]) => row)
      )
      // The job behind it can be taken only after the transaction, whose end nobody here sees.
      if (Option.isSome(yield* Effect.serviceOption(SqlClient.TransactionConnection)))
        yield* announce(queueOf(taken.job._tag))
    }, storing("Outbox.done")),

    again: Effect.fnUntraced(function* (taken: Taken, after: Duration.Duration) {
      yield* putBack(taken.job._tag, attemptOf(taken), after, failedOnceMore(taken))
    }, storing("Outbox.again")),

    release: (kind: JobKind) => storing("Outbox.release")(release(kind)),

    backlog: Effect.gen(function* () {
      const rows = yield* sql`
        select count(*)::int as waiting, extract(epoch from now() - min(created_on))::float8 * 1000 as millis
        from pgboss.job where name = ${queueOf("Deliver")} and state < 'completed'`
      const [{ millis, waiting }] = yield* decodeBacklog(rows)
      return { waiting, oldest: Duration.millis(Math.max(0, millis ?? 0)) }
    }).pipe(storing("Outbox.backlog"))
  })
  return Context.make(Outbox, outbox).pipe(Context.add(JobRemoval, { remove }))
})

/**
 * Jobs in PostgreSQL, by pg-boss: a job stored within a transaction commits with it. Building the layer sets up schema and
 * queues. If a signal gets lost, the pulse finds the job within a second.
 */
export const layer: Layer.Layer<Outbox | JobRemoval, StoreUnavailable, SqlClient.SqlClient | DatabaseUrl> =
  Layer.scopedContext(asStoreUnavailable("Outbox.start")(make))

/** Whether the queue has a job that its waiter could take. The waiter looks again if another job comes before that one. */
const someDue = (queue: string) => `exists (select from pgboss.job where name = '${queue}'
  and state in ('created', 'retry') and not blocked and start_after <= now())`

const failedOnceMore = ({ failuresBefore, firstAfter, job, traceparent }: Taken) =>
  StoredJob.encode({
    v: 1,
    job,
    after: Duration.toMillis(firstAfter),
    failures: failuresBefore + 1,
    traceparent
  })

/** pg-boss's answer if the given try is still the job's newest. */
const isOurs = Schema.is(Schema.Struct({ affected: Schema.Positive }))

/** Names one try of the job: a former holder that settles its own try changes nothing. */
const attemptOf = ({ id, triesBefore }: Taken): JobAttempt => ({ id, retryCount: triesBefore })

const decodeBacklog = Schema.decodeUnknown(
  Schema.Tuple(Schema.Struct({ waiting: Schema.Int, millis: Schema.NullOr(Schema.Number) }))
)
