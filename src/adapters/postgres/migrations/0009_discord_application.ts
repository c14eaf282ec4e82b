import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** The bot that a DM channel or a message belongs to; null in rows of earlier releases, which did not store it. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table people add column dm_application_id text`
  yield* sql`alter table shown_messages add column discord_application_id text`
  yield* sql`alter table shown_messages alter column begun_at set default now()`
})
