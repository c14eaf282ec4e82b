import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Effect } from "effect"
import type { ParseResult } from "effect"
import type { RequestKey } from "../../domain/Ids.ts"
import type { Audience } from "../../domain/Notification.ts"
import type { Shown } from "../../ports/TransferRequests.ts"
import { erasedPrefix } from "./columns.ts"
import { columnsAs, columnsOf, valuesOf } from "./columnsAndValues.ts"
import { encodeKey, encodeShown, shownColumns } from "./transferRequestRows.ts"

/** The columns of a stored message, each under its name after `prefix`. A clock that was set back makes none younger. */
export const selectedShown = (sql: SqlClient.SqlClient, prefix = ""): Statement.Fragment =>
  sql.csv([
    columnsAs(sql, "shown_messages", shownColumns, prefix),
    sql`abs(extract(epoch from now() - begun_at))::float8 as ${sql(`${prefix}age`)}`
  ])

/** Stores what a message shows; `isNew`: the bot begins to send it now. Nothing is stored for an erased reader. */
export const showing = (
  sql: SqlClient.SqlClient,
  key: RequestKey,
  audience: Audience,
  shown: Shown,
  isNew: boolean
): Effect.Effect<Statement.Statement<object>, ParseResult.ParseError> =>
  Effect.gen(function* () {
    const keyColumns = yield* encodeKey(key)
    const row = yield* encodeShown(shown)
    const stored = { ...keyColumns, audience, ...row }
    // The lock waits for an erasure in flight, and makes a new one wait until this commits.
    return sql`
      with request as (
        select ${isErased(sql, audience)} as is_erased from transfer_requests
        where application_id = ${keyColumns.application_id} and code = ${keyColumns.code} for share
      )
      insert into shown_messages (${columnsOf(sql, stored)}) select ${valuesOf(sql, stored)}
      where not exists (select from request where is_erased)
      on conflict (application_id, code, audience) do update
        set ${sql.update(row)}${isNew ? sql`, begun_at = now()` : sql``}`
  })

/** True for a request whose `party` was erased. */
export const isErased = (sql: SqlClient.SqlClient, party: string) =>
  sql.or(
    ["profile", "discord"].map(
      kind => sql`starts_with(coalesce(${sql(`transfer_requests.${party}_${kind}_id`)}, ''), ${erasedPrefix})`
    )
  )
