import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // A lease that its process did not renew in time has lapsed for good: no process renews the row again.
  yield* sql`create table processes (
    id integer primary key,
    seen_at timestamptz not null default clock_timestamp()
  )`

  // The process that took work over keeps it, even if a process took over its own work from a lapsed lease of its own: the
  // code that started the work no longer sends or answers anything.
  yield* sql`alter table interactions add column taken_over boolean not null default false`
  yield* sql`alter table kudos_intents add column taken_over boolean not null default false`
  yield* sql`create index interactions_awaiting on interactions (holder) where awaits_answer`

  // A process whose lease lapsed must not end the lease that another process took after it.
  yield* sql`alter table decision_leases add column token uuid not null default gen_random_uuid()`

  // Each row fills a page, so that one more needs disk space, like every other write. Without vacuum, which would free pages
  // for reuse.
  yield* sql`create unlogged table write_probe (filler text not null) with (autovacuum_enabled = false)`
  yield* sql`alter table write_probe alter column filler set storage plain`
})
