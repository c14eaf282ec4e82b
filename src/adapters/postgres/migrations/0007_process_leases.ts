import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // A process that could not renew its row in time is gone for good: the row is never renewed again.
  yield* sql`create table processes (
    id integer primary key,
    seen_at timestamptz not null default clock_timestamp()
  )`

  // What was once taken over is another's for good, also where a process took over what it had begun itself under a lease
  // that has lapsed: who began it neither sends nor says anything of it any more.
  yield* sql`alter table interactions add column taken_over boolean not null default false`
  yield* sql`alter table kudos_intents add column taken_over boolean not null default false`
  yield* sql`create index interactions_awaiting on interactions (holder) where awaits_answer`

  // Whoever let a lease lapse must not end the one that somebody took after it.
  yield* sql`alter table decision_leases add column token uuid not null default gen_random_uuid()`

  // Rows that fill a page each: one more asks the disk for space, as every other write may have to. Never vacuumed, since
  // that would leave pages to be filled again.
  yield* sql`create unlogged table write_probe (filler text not null) with (autovacuum_enabled = false)`
  yield* sql`alter table write_probe alter column filler set storage plain`
})
