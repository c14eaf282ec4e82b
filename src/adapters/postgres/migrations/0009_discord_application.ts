import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Whose a DM channel or a message is: none is what an earlier release stored, of an application that nobody wrote down. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table people add column dm_application_id text`
  yield* sql`alter table shown_messages add column discord_application_id text`
  yield* sql`alter table shown_messages alter column begun_at set default now()`
})
