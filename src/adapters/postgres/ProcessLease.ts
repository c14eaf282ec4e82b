/**
 * Which work is this process's own. What it takes on carries the id of its lease, and the database judges by its own clock
 * whether that lease was renewed in time: once it was not, it never is again, anybody may take the work over, and this
 * process goes on under a new id, with nothing of the old one's in its hands.
 */
import { SqlClient } from "@effect/sql"
import type { Statement } from "@effect/sql"
import { Context, Duration, Effect, Layer, Ref, Schedule, Schema } from "effect"
import type { Redacted } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { DatabaseUrl } from "./Database.ts"
import * as DatabaseSession from "./DatabaseSession.ts"
import { leaseHoldsFor, leaseLapsesAfter, renewsEvery } from "./detection.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** A lease that lapsed: whatever hung on it was taken over long before. */
const keptFor = "1 day"

export class ProcessLease extends Context.Tag("mochi/adapters/postgres/ProcessLease")<
  ProcessLease,
  {
    /** The id to take work on under now. */
    readonly id: Effect.Effect<number>
    /**
     * Whether work taken on under `id` may still act. While a renewal is overdue this waits until it is known; false is
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
      const lease = yield* Ref.make(yield* begun(sql))
      yield* Effect.addFinalizer(() => Effect.ignoreLogged(Effect.flatMap(Ref.get(lease), ended(sql))))
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
 * True where the lease that `holder` names has lapsed, for work that was begun at `begunAt`; both are columns.
 *
 * A release without leases, beside which this one may run while it is being replaced, holds a lock instead, and is without
 * it whenever its connection breaks: its work is left alone for as long as it may be at it.
 */
export const hasLapsed = (sql: SqlClient.SqlClient, holder: string, begunAt: string): Statement.Fragment =>
  sql`(case when exists (select from processes where processes.id = ${sql(holder)})
    then not ${isRenewed(sql, sql`${sql(holder)}`)}
    else ${sql(begunAt)} < now() - ${withoutLeaseEndsWithin}::interval and not exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
      and classid = ${lockSpace} and objid::bigint = ${sql(holder)}) end)`

/** A command has 20 seconds in all. */
const withoutLeaseEndsWithin = "30 seconds"

/** True while the lease of that id is renewed in time; one renewed in the future is from before the clock was set back. */
export const isRenewed = (sql: SqlClient.SqlClient, id: Statement.Fragment | number): Statement.Fragment =>
  sql`exists (select from processes where processes.id = ${id}
    and seen_at between clock_timestamp() - ${leaseLapsesAfter} * interval '1 millisecond'
      and clock_timestamp() + ${leaseLapsesAfter} * interval '1 millisecond')`

interface Lease {
  readonly id: number
  /** When the renewal was asked for that the database granted last, by this process's monotonic clock. */
  readonly provenAt: number
}

/** First half of the lock's two-part key. */
const lockSpace = 7_301_446

const decodeId = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ id: Schema.Int })))

const begun = (sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    yield* sql`delete from processes where seen_at < now() - ${keptFor}::interval`
    const provenAt = yield* monotonicMillis
    const [{ id }] = yield* decodeId(
      yield* sql`insert into processes (id) values (nextval('process_ids')::integer) returning id`
    )
    return { id, provenAt } satisfies Lease
  })

/**
 * What an orderly end leaves behind may be taken over at once: the lease has lapsed, and its row is kept, because without
 * one `hasLapsed` sees a release that had no leases.
 */
const ended =
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
      const next = yield* begun(sql)
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
