import type { SqlClient, Statement } from "@effect/sql"
import type { Identity } from "../../ports/PersonalData.ts"
import { erasedPrefix } from "./columns.ts"
import { addressedTo, isParty, namedIn, partiesOf, requestTables } from "./personRows.ts"
import type { RequestTable } from "./personRows.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

export interface Erasure {
  readonly table: string
  /** Answers with one row for each row that it changed or removed. */
  readonly statement: Statement.Statement<unknown>
}

/** In the order in which they must run: what is found by an id goes before the id. */
export const erasures = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  person: Identity
): ReadonlyArray<Erasure> => {
  const { discordUserId: id, profileIds } = person
  const erased = pseudonyms.erased(id)

  const withoutPerson = (table: RequestTable): Erasure => {
    const parties = partiesOf[table].flatMap(party => [
      replaced(sql, `${party}_discord_id`, [[id, erased]]),
      replaced(
        sql,
        `${party}_profile_id`,
        profileIds.map(profile => [profile, pseudonyms.erased(profile)])
      )
    ])
    const itsReason = sql`reason = case when ${isParty(sql, table, "requester", person)} then null else reason end`
    return {
      table,
      statement: sql`update ${sql(table)} set ${sql.csv([...parties, itsReason])}
        where ${namedIn(sql, table, person)} returning 1`
    }
  }

  /** Where somebody wrote the id into a text of their own. */
  const withoutMention = (table: RequestTable, column: string): Erasure => {
    const pattern = `(?<![0-9])${id}(?![0-9])`
    return {
      table,
      statement: sql`update ${sql(table)} set ${sql(column)} = regexp_replace(${sql(column)}, ${pattern}, 'erased', 'g')
        where ${sql(column)} ~ ${pattern} returning 1`
    }
  }

  return [
    {
      table: "live_answers",
      statement: sql`delete from live_answers
        where interaction_id in (select id from interactions where user_id = ${id}) returning 1`
    },
    {
      table: "interactions",
      statement: sql`update interactions
        set user_id = ${erased}, token = null, locale = null, awaits_answer = false
        where user_id = ${id} returning 1`
    },
    {
      table: "shown_messages",
      statement: sql`delete from shown_messages where ${addressedTo(sql, "shown_messages", person)} returning 1`
    },
    { table: "people", statement: sql`delete from people where discord_user_id = ${id} returning 1` },
    ...requestTables.map(withoutPerson),
    ...requestTables.flatMap(table =>
      ["reason", "application_name", "vault_name"].map(column => withoutMention(table, column))
    ),
    {
      table: "audit_log",
      statement: sql`update audit_log set actor = ${erased} where actor = ${id} returning 1`
    },
    {
      // One stand-in for all days, so that the person still counts as one; it leads back to nobody.
      table: "usage_activity",
      statement: sql`update usage_activity set person = stand_in.name
        from (select ${erasedPrefix} || gen_random_uuid()::text as name) as stand_in
        where person = ${pseudonyms.of(id)} returning 1`
    }
  ]
}

/** The assignment of a column that keeps whatever is not listed. */
const replaced = (
  sql: SqlClient.SqlClient,
  column: string,
  pairs: ReadonlyArray<readonly [from: string, to: string]>
): Statement.Fragment => {
  const value = pairs.reduce(
    (kept, [from, to]) => sql`case when ${sql(column)} = ${from} then ${to} else ${kept} end`,
    sql`${sql(column)}`
  )
  return sql`${sql(column)} = ${value}`
}
