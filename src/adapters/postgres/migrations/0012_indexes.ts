import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** What runs every few seconds or for every press finds its rows without reading everybody's. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`create index interactions_tokens on interactions (received_at) where token is not null`
  yield* sql`create index webhook_inbox_received_at on webhook_inbox (received_at)`
  yield* sql`create unique index decision_leases_token on decision_leases (token)`
  yield* sql`create index unfinished_erasures_next_try_at on unfinished_erasures (next_try_at)`
})
