/**
 * Which work belongs to this process. Its work carries the id of its lease, and the database decides by its own clock
 * whether the process renewed that lease in time. A lapsed lease stays lapsed: other processes may take its work over, and
 * this process goes on under a new id, without the work of the old one.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Context, Duration, Effect, Layer, Ref, Schedule, Schema } from "effect"
import type { Redacted } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { DatabaseUrl } from "./Database.ts"
import * as DatabaseSession from "./DatabaseSession.ts"
import { leaseHoldsFor, leaseLapsesAfter, renewsEvery } from "./detection.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** For a lapsed lease: other processes took its work over long before. */
const keptFor = "1 day"

export class ProcessLease extends Context.Tag("mochi/adapters/postgres/ProcessLease")<
  ProcessLease,
  {
    /** The current lease's id, for new work. */
    readonly id: Effect.Effect<number>
    /**
     * Whether work under the lease `id` may still act. While a renewal is overdue this waits for its outcome; false is
     * final.
     */
    readonly holds: (id: number) => Effect.Effect<boolean>
  }
>() {}

export const layer: Layer.Layer<ProcessLease, StoreUnavailable, SqlClient.SqlClient | DatabaseUrl> =
  Layer.scoped(
    ProcessLease,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const url = yield* DatabaseUrl
      const lease = yield* Ref.make(yield* newLease(sql))
      yield* Effect.addFinalizer(() => Effect.ignoreLogged(Effect.flatMap(Ref.get(lease), endLease(sql))))
      yield* Effect.forkScoped(keep(url, sql, lease))

      const standing = (id: number) =>
        Effect.gen(function* () {
          const current = yield* Ref.get(lease)
          if (current.id !== id) return "lapsed" as const
          const sinceProof = (yield* monotonicMillis) - current.provenAt
          return sinceProof < leaseHoldsFor ? ("held" as const) : ("overdue" as const)
        })
      return {
        id: Effect.map(Ref.get(lease), ({ id }) => id),
        holds: (id: number) =>
          standing(id).pipe(
            Effect.repeat({ while: now => now === "overdue", schedule: Schedule.spaced("50 millis") }),
            Effect.zipRight(standing(id)),
            Effect.map(now => now === "held"),
            Effect.timeoutTo({
              duration: Duration.millis(leaseLapsesAfter),
              onSuccess: holds => holds,
              onTimeout: () => false
            })
          )
      }
    }).pipe(asStoreUnavailable("ProcessLease"))
  )

/**
 * True if the lease that `holder` names has lapsed, for work that started at `startedAt`; both are columns.
 *
 * During an upgrade a release without leases may run beside this one. It holds a lock instead, and loses that whenever its
 * connection breaks: so nobody takes its work over for as long as it may still be in flight.
 */
export const hasLapsed = (sql: SqlClient.SqlClient, holder: string, startedAt: string): Statement.Fragment =>
  sql`(case when exists (select from processes where processes.id = ${sql(holder)})
    then not ${isRenewed(sql, sql`${sql(holder)}`)}
    else ${sql(startedAt)} < now() - ${withoutLeaseEndsWithin}::interval and not exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
      and classid = ${lockSpace} and objid::bigint = ${sql(holder)}) end)`

/** A command may take 20 seconds. */
const withoutLeaseEndsWithin = "30 seconds"

/** True while a process renews the lease in time. A renewal in the future is from before the clock was set back. */
export const isRenewed = (sql: SqlClient.SqlClient, id: Statement.Fragment | number): Statement.Fragment =>
  sql`exists (select from processes where processes.id = ${id}
    and seen_at between clock_timestamp() - ${leaseLapsesAfter} * interval '1 millisecond'
      and clock_timestamp() + ${leaseLapsesAfter} * interval '1 millisecond')`

interface Lease {
  readonly id: number
  /** When this process asked for the last granted renewal, by its monotonic clock. */
  readonly provenAt: number
}

/** First half of the lock's two-part key. */
const lockSpace = 7_301_446

const decodeId = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ id: Schema.Int })))

const newLease = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    yield* sql`delete from processes where seen_at < now() - ${keptFor}::interval`
    const provenAt = yield* monotonicMillis
    const [{ id }] = yield* decodeId(
      yield* sql`insert into processes (id) values (nextval('process_ids')::integer) returning id`
    )
    return { id, provenAt } satisfies Lease
  })

/**
 * After an orderly end other processes may take the work over at once. The row of the lapsed lease stays: without one,
 * `hasLapsed` sees a release without leases.
 */
const endLease =
  (sql: SqlClient.SqlClient) =>
  ({ id }: Lease) =>
    Effect.timeout(
      sql`update processes set seen_at = clock_timestamp() - interval '1 hour' where id = ${id}`,
      "2 seconds"
    )

/** Renews on a connection of its own, so that a busy pool does not cost the lease; never ends. */
const keep = (url: Redacted.Redacted, sql: SqlClient.SqlClient, lease: Ref.Ref<Lease>) =>
  Effect.gen(function* () {
    const session = yield* DatabaseSession.open(url, "mochi-discord-process")
    let locked = Number.NaN
    const renew = Effect.gen(function* () {
      const { id } = yield* Ref.get(lease)
      const provenAt = yield* monotonicMillis
      const renewed = yield* session.query(
        `update processes set seen_at = clock_timestamp()
        where id = $1 and seen_at > clock_timestamp() - $2 * interval '1 millisecond' returning id`,
        [id, leaseLapsesAfter]
      )
      if (renewed.length > 0) {
        yield* Ref.set(lease, { id, provenAt })
        if (locked !== id) yield* session.query("select pg_try_advisory_lock($1, $2)", [lockSpace, id])
        locked = id
        return
      }
      const next = yield* newLease(sql)
      yield* Ref.set(lease, next)
      yield* Effect.annotateLogs(Effect.logWarning("process_lease_lapsed"), { lapsed: id, now: next.id })
    })
    return yield* Effect.repeat(renew, Schedule.spaced(Duration.millis(renewsEvery)))
  }).pipe(
    Effect.scoped,
    Effect.catchAll(() => Effect.sleep("200 millis")),
    Effect.forever,
    Effect.withTracerEnabled(false)
  )
