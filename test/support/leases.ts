import { SqlClient } from "@effect/sql"
import { Effect, Layer } from "effect"
import { ProcessLease } from "../../src/adapters/postgres/ProcessLease.ts"

/** The lease of a process, renewed whenever it is asked for, until it ended. */
export const leaseOf = (sql: SqlClient.SqlClient, id: number) => {
  const renew = Effect.orDie(
    sql`insert into processes (id) values (${id}) on conflict (id) do update set seen_at = clock_timestamp()
      where processes.seen_at <> '-infinity'`
  )
  const holds = (lease: number) =>
    sql`select from processes where id = ${lease} and seen_at <> '-infinity'`.pipe(
      Effect.map(rows => rows.length > 0),
      Effect.orDie
    )
  return Layer.mock(ProcessLease, { id: Effect.as(renew, id), holds })
}

/** The same over the test's own connection: it never lapses, however slow the machine is. */
export const leaseRenewedOnUse = (id: number) =>
  Layer.unwrapEffect(Effect.map(SqlClient.SqlClient, sql => leaseOf(sql, id)))
