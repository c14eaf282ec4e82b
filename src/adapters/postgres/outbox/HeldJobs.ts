import * as SqlClient from "@effect/sql/SqlClient"
import type * as SqlError from "@effect/sql/SqlError"
import { Effect, Queue, Schema } from "effect"
import type { JobAttempt, PgBoss } from "pg-boss"
import { inStep } from "../../../context/inStep.ts"
import { touchesEvery } from "../detection.ts"
import { Lookout } from "../Lookout.ts"
import { call, queues } from "./pgBoss.ts"
import type { OnWork } from "./pgBoss.ts"

/** The jobs that this process took and has not settled. */
export interface HeldJobs {
  readonly hold: (queue: string, attempts: ReadonlyArray<JobAttempt>) => void
  readonly letGo: (attempt: JobAttempt) => void
  /** Puts the queue's jobs back at once, with their try counted; false if there were none. */
  readonly release: (queue: string) => Effect.Effect<boolean, SqlError.SqlError>
  /** Never ends: sends heartbeats for these jobs, and puts jobs back that have no heartbeat. */
  readonly keep: Effect.Effect<never>
}

export const make = (boss: PgBoss, onWork: OnWork): Effect.Effect<HeldJobs, never, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { watch } = yield* Lookout
    /** Jobs may have been lost. */
    const losses = yield* Queue.sliding<void>(1)
    yield* watch(someAreLost, () => losses.unsafeOffer())
    const held = new Map<string, { readonly queue: string; readonly attempt: JobAttempt }>()

    const attemptsOn = (queue: string) =>
      [...held.values()].flatMap(entry => (entry.queue === queue ? [entry.attempt] : []))

    const release = (queue: string) =>
      Effect.suspend(() => {
        const attempts = attemptsOn(queue)
        for (const { id } of attempts) held.delete(id)
        return attempts.length === 0
          ? Effect.succeed(false)
          : Effect.as(
              call(db => boss.fail(queue, attempts, undefined, { db })),
              true
            )
      }).pipe(Effect.provideService(SqlClient.SqlClient, sql), Effect.uninterruptible)

    const touch = Effect.forEach(queues, queue => {
      const attempts = attemptsOn(queue)
      return attempts.length === 0 ? Effect.void : call(db => boss.touch(queue, attempts, { db }))
    })

    const reclaim = Effect.gen(function* () {
      const rows = yield* sql`select name, id, retry_count from pgboss.job where ${sql.literal(isLost)}`
      for (const { id, name, retry_count } of yield* decodeLost(rows)) {
        yield* call(db => boss.fail(name, { id, retryCount: retry_count }, undefined, { db }))
        onWork(name)
      }
    })

    /** After the database's clock was set back: counts each job's delay from now instead of from a future moment. */
    const followClock = sql`
      update pgboss.job set created_on = now(), start_after = start_after - (created_on - now())
      where ${sql.literal(isFromTheFuture)}`

    // Heartbeats come first: after a stall this process must not take its own jobs for lost.
    const afterLosses = Effect.all([losses.take, touch, reclaim, followClock], { discard: true })
    const maintenance = Effect.zipRight(
      Effect.sleep(maintainsEvery),
      call(() => boss.supervise())
    )

    return {
      hold: (queue, attempts) => {
        for (const attempt of attempts) held.set(attempt.id, { queue, attempt })
      },
      letGo: ({ id }) => {
        held.delete(id)
      },
      release,
      // Failures are ignored: callers that take and settle jobs hit the same fault, and report it.
      keep: Effect.all(
        [
          inStep(touchesEvery, Effect.ignoreLogged(touch)),
          Effect.forever(Effect.ignoreLogged(afterLosses)),
          Effect.forever(Effect.ignoreLogged(maintenance))
        ],
        { concurrency: "unbounded" }
      ).pipe(
        Effect.zipRight(Effect.never),
        Effect.withTracerEnabled(false),
        Effect.provideService(SqlClient.SqlClient, sql)
      )
    }
  })

/** Milliseconds. Maintenance only deletes what nobody needs: jobs that are lost come back without it. */
const maintainsEvery = 5 * 60_000

const ofOurQueues = `name in (${queues.map(queue => `'${queue}'`).join(", ")})`
/** Without heartbeat, or held for longer than any work may take. */
const isLost = `${ofOurQueues} and state = 'active' and (
  abs(extract(epoch from now() - heartbeat_on)) > heartbeat_seconds
  or now() - started_on > expire_seconds * interval '1 second')`
const isFromTheFuture = `${ofOurQueues} and state in ('created', 'retry') and created_on > now() + interval '2 seconds'`
const someAreLost = `exists (select from pgboss.job where ${isLost})
  or exists (select from pgboss.job where ${isFromTheFuture})`

const decodeLost = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ name: Schema.String, id: Schema.String, retry_count: Schema.NonNegativeInt }))
)
