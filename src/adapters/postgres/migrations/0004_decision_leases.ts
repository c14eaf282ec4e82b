import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`create table decision_leases (
    application_id text not null,
    code text not null,
    acquired_at timestamptz not null default now(),
    primary key (application_id, code)
  )`
})
