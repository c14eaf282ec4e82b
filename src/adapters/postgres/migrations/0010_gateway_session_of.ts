import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** The bot that a session belongs to; null in rows of earlier releases, which did not store it. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table gateway_sessions add column bot text`
})
