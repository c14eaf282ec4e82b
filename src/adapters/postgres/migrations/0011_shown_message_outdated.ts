import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/**
 * Whether a message says less than the store knows, although it shows the status of its request. An earlier release neither
 * sets nor clears it. While one still delivers, it takes such a message for up to date: the card then shows the name of the
 * person who decided only after its next change.
 */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`alter table shown_messages add column is_outdated boolean not null default false`
})
