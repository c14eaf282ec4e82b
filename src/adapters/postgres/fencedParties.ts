import type { SqlClient, Statement } from "@effect/sql"
import { erasedSince } from "./erasedSince.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

type Row = Readonly<Record<string, unknown>>

/**
 * The row as it may be stored: without the ids of parties that were erased since `since`, by either of their ids, and
 * without the reason where the requester was.
 */
export const fencedParties = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  since: Statement.Fragment,
  parties: ReadonlyArray<string>,
  row: Row
): Row => {
  const textOf = (column: string) => (typeof row[column] === "string" ? row[column] : null)
  const fenced: Record<string, unknown> = { ...row }
  for (const party of parties) {
    const columns = [`${party}_profile_id`, `${party}_discord_id`]
    const isErased = erasedSince(sql, pseudonyms, since, columns.map(textOf))
    for (const column of columns) {
      const value = textOf(column)
      if (value !== null)
        fenced[column] = sql`case when ${isErased} then ${pseudonyms.erased(value)} else ${value} end`
    }
    if (party === "requester" && textOf("reason") !== null)
      fenced["reason"] = sql`case when ${isErased} then null else ${textOf("reason")} end`
  }
  return fenced
}
