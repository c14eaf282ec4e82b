import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // The person that an action was about, if that is not the actor: always a pseudonym, so that it may stay.
  yield* sql`alter table audit_log add column subject text`
  yield* sql`create index audit_log_actor on audit_log (actor)`
  yield* sql`create index audit_log_request on audit_log (code, application_id) where code is not null`

  // No ids of persons, only pseudonyms; '' stands for direct messages.
  yield* sql`create table usage_activity (
    day date not null,
    person text not null,
    guild_id text not null,
    command text not null,
    runs bigint not null default 1,
    last_at timestamptz not null default now(),
    primary key (day, person, guild_id, command)
  )`
  yield* sql`create index usage_activity_last_at on usage_activity (last_at)`
})
