import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Whose a session is: none is what an earlier release stored, of a bot that nobody wrote down. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table gateway_sessions add column bot text`
})
