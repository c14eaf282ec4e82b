import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { erasedSince } from "./erasedSince.ts"
import { texts, withoutId } from "./personRows.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

type Row = Readonly<Record<string, unknown>>

/**
 * The row to store: without the ids, in columns and in texts, of parties erased since `since` by either of their ids, and
 * without the reason if the requester was erased.
 */
export const fencedParties = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  since: Statement.Fragment,
  names: ReadonlyArray<string>,
  row: Row
): Row => {
  const textOf = (column: string) => (typeof row[column] === "string" ? row[column] : null)
  const parties = names.map(name => {
    const ids = { profile: textOf(`${name}_profile_id`), discord: textOf(`${name}_discord_id`) }
    return { name, ids, isErased: erasedSince(sql, pseudonyms, since, Object.values(ids)) }
  })

  const columns = parties.flatMap(({ ids, isErased, name }) =>
    Object.entries(ids).flatMap(([kind, id]) =>
      id === null
        ? []
        : [
            [
              `${name}_${kind}_id`,
              sql`case when ${isErased} then ${pseudonyms.erased(id)} else ${id} end`
            ] as const
          ]
    )
  )
  const textColumns = texts.flatMap(column => {
    const text = textOf(column)
    if (text === null) return []
    const scrubbed = parties.reduce((kept, { ids, isErased, name }) => {
      if (column === "reason" && name === "requester")
        return sql`case when ${isErased} then null else ${kept} end`
      if (ids.discord === null || !text.includes(ids.discord)) return kept
      return sql`case when ${isErased} then ${withoutId(sql, kept, ids.discord)} else ${kept} end`
    }, sql`${text}::text`)
    return [[column, scrubbed] as const]
  })
  return { ...row, ...Object.fromEntries([...columns, ...textColumns]) }
}
