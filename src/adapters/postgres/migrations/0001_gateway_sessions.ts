import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create table gateway_sessions (
    shard_id integer primary key,
    session jsonb not null,
    updated_at timestamptz not null default now()
  )`
  yield* sql`create sequence process_ids as integer`
})
