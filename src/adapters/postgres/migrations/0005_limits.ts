import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`create table rate_limits (
    person text not null,
    kind text not null check (kind in ('kudos', 'button')),
    runs timestamptz[] not null,
    allowed boolean not null,
    updated_at timestamptz not null default now(),
    primary key (person, kind)
  )`
})
