import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import type { Audience } from "../../domain/Notification.ts"
import type { Identity } from "../../ports/PersonalData.ts"

/** A person, by everything that rows may name them by. */
export interface Whose extends Identity {
  /** Replaces their Discord id in rows that an erasure has changed. */
  readonly mark: string
}

/** The parties in each table, each with two columns such as `owner_discord_id` and `owner_profile_id`. */
export const partiesOf = {
  kudos_intents: ["owner", "requester", "recipient"],
  transfer_requests: ["owner", "requester", "recipient", "settled_by"]
} as const

export type RequestTable = keyof typeof partiesOf

export const requestTables = ["kudos_intents", "transfer_requests"] as const

/** The column with the time at which a row was first stored. */
export const storedAt = { kudos_intents: "stored_at", transfer_requests: "created_at" } as const

/** Texts in which somebody may have typed an id. */
export const texts = ["reason", "application_name", "vault_name"] as const

/** True for a row with any of the ids, in a column or a text. Matches the table's index. */
export const hasAny = (
  sql: SqlClient.SqlClient,
  table: RequestTable,
  ids: ReadonlyArray<string>
): Statement.Fragment => {
  const columns = partiesOf[table].flatMap(party => [`${party}_profile_id`, `${party}_discord_id`])
  return sql`(array_remove(array[${sql.csv(columns.map(name => sql`${sql(`${table}.${name}`)}`))}], null)
    || ${idsInTexts(sql, table)}) && ${ids}::text[]`
}

/** The ids in the texts of a row. */
const idsInTexts = (sql: SqlClient.SqlClient, table: RequestTable): Statement.Fragment =>
  sql`ids_mentioned(${sql.csv(texts.map(name => sql`${sql(`${table}.${name}`)}`))})`

/** True for a row in which the person is any of the parties. */
export const namedIn = (sql: SqlClient.SqlClient, table: RequestTable, person: Whose): Statement.Fragment =>
  sql`(${hasAny(sql, table, idsOf(person))} and ${sql.or(partiesOf[table].map(party => isParty(sql, table, party, person)))})`

/** True for a row, stored up to `before`, that an erasure changes. */
export const concerns = (
  sql: SqlClient.SqlClient,
  table: RequestTable,
  person: Whose,
  before: Date
): Statement.Fragment =>
  sql`${hasAny(sql, table, idsOf(person))} and ${sql(`${table}.${storedAt[table]}`)} <= ${before}
    and ${refersTo(sql, table, person)}`

/** True for a row that names the person, or in which somebody typed their id. Slow: for a few rows only. */
export const refersTo = (sql: SqlClient.SqlClient, table: RequestTable, person: Whose): Statement.Fragment =>
  sql.or([
    ...partiesOf[table].map(party => isParty(sql, table, party, person)),
    sql`${idsInTexts(sql, table)} @> ${[person.userId]}::text[]`
  ])

export const idsOf = ({ userId, profileIds }: Identity): ReadonlyArray<string> => [userId, ...profileIds]

/**
 * True for a row whose `party` is the person. Somebody can link a profile to another Discord account later: if a row names
 * an account, the account decides, and only otherwise the profile.
 */
export const isParty = (
  sql: SqlClient.SqlClient,
  table: RequestTable,
  party: string,
  { userId, mark, profileIds }: Whose
): Statement.Fragment => {
  const discord = sql(`${table}.${party}_discord_id`)
  const byDiscord = sql`coalesce(${discord} = ${userId}, false)`
  if (profileIds.length === 0) return byDiscord
  return sql`(${byDiscord} or coalesce(${sql(`${table}.${party}_profile_id`)} = any(${profileIds}::text[])
    and (${discord} is null or ${discord} = ${mark}), false))`
}

/** True for a row of `table`, joined with its request, whose audience is the person. */
export const addressedTo = (
  sql: SqlClient.SqlClient,
  table: "shown_messages" | "notifications",
  person: Whose
): Statement.Fragment =>
  sql.or(
    audiences.map(
      audience => sql`(${sql(table)}.audience = ${audience}
        and ${isParty(sql, "transfer_requests", audience, person)})`
    )
  )

const audiences: ReadonlyArray<Audience> = ["owner", "requester", "recipient"]

/** Joins `table` with its request. */
export const ofSameRequest = (
  sql: SqlClient.SqlClient,
  table: "shown_messages" | "notifications"
): Statement.Fragment =>
  sql`${sql(table)}.application_id = transfer_requests.application_id and ${sql(table)}.code = transfer_requests.code`

/** A text without the person's id. A longer run of digits that contains the id is another number. */
export const withoutId = (
  sql: SqlClient.SqlClient,
  text: Statement.Fragment,
  id: string
): Statement.Fragment => sql`regexp_replace(${text}, ${`(?<![0-9])${id}(?![0-9])`}, 'erased', 'g')`
