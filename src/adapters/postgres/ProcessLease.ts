/**
 * Which work belongs to this process. Its work carries the id of its lease, and the database decides by its own clock
 * whether the process renewed that lease in time. A lapsed lease stays lapsed: other processes may take its work over, and
 * this process goes on under a new id, without the work of the old one.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Context, Duration, Effect, Layer, Schedule } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"
import { leaseHoldsFor, leaseLapsesAfter } from "./detection.ts"
import { Pulse } from "./Pulse.ts"
import { leaseLockSpace } from "./pulseStatement.ts"

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

export const layer: Layer.Layer<ProcessLease, never, Pulse> = Layer.effect(
  ProcessLease,
  Effect.gen(function* () {
    const { lease } = yield* Pulse
    const standing = (id: number) =>
      Effect.gen(function* () {
        const current = yield* lease
        if (current.id !== id) return "lapsed" as const
        const sinceProof = (yield* monotonicMillis) - current.provenAt
        return sinceProof < leaseHoldsFor ? ("held" as const) : ("overdue" as const)
      })
    return {
      id: Effect.map(lease, ({ id }) => id),
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
  })
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
      and classid = ${leaseLockSpace} and objid::bigint = ${sql(holder)}) end)`

/** A command may take 20 seconds. */
const withoutLeaseEndsWithin = "30 seconds"

/** True while a process renews the lease in time. A renewal in the future is from before the clock was set back. */
export const isRenewed = (sql: SqlClient.SqlClient, id: Statement.Fragment | number): Statement.Fragment =>
  sql`exists (select from processes where processes.id = ${id}
    and seen_at between clock_timestamp() - ${leaseLapsesAfter} * interval '1 millisecond'
      and clock_timestamp() + ${leaseLapsesAfter} * interval '1 millisecond')`
