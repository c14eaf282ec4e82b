import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * Whether a message says less than the store knows, although it shows the status of its request. An earlier release neither
 * sets nor clears it: at worst the bot draws a message again that such a release brought up to date.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table shown_messages add column is_outdated boolean not null default false`
})
