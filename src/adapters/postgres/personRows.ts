import type { SqlClient, Statement } from "@effect/sql"
import type { Audience } from "../../domain/Notification.ts"
import type { Identity } from "../../ports/PersonalData.ts"

/** A person as rows may name them. */
export interface Whose extends Identity {
  /** What stands for their Discord id in rows of which an erasure already knew it. */
  readonly mark: string
}

/** The parties that each table names, every one by two columns such as `owner_discord_id` and `owner_profile_id`. */
export const partiesOf = {
  kudos_intents: ["owner", "requester", "recipient"],
  transfer_requests: ["owner", "requester", "recipient", "settled_by"]
} as const

export type RequestTable = keyof typeof partiesOf

export const requestTables = ["kudos_intents", "transfer_requests"] as const

/** When a row was first stored. */
export const storedAt = { kudos_intents: "stored_at", transfer_requests: "created_at" } as const

/** Texts in which somebody may have typed an id. */
export const texts = ["reason", "application_name", "vault_name"] as const

/** True for a row with any of the ids in it, in a column or a text: what the index of the table answers. */
export const hasAny = (
  sql: SqlClient.SqlClient,
  table: RequestTable,
  ids: ReadonlyArray<string>
): Statement.Fragment => {
  const columns = partiesOf[table].flatMap(party => [`${party}_profile_id`, `${party}_discord_id`])
  return sql`(array_remove(array[${sql.csv(columns.map(name => sql`${sql(`${table}.${name}`)}`))}], null)
    || ${mentioned(sql, table)}) && ${ids}::text[]`
}

/** The ids in the texts of a row. */
export const mentioned = (sql: SqlClient.SqlClient, table: RequestTable): Statement.Fragment =>
  sql`ids_mentioned(${sql.csv(texts.map(name => sql`${sql(`${table}.${name}`)}`))})`

/** True for a row that names the person in any part. */
export const namedIn = (sql: SqlClient.SqlClient, table: RequestTable, person: Whose): Statement.Fragment =>
  sql`(${hasAny(sql, table, idsOf(person))} and ${sql.or(partiesOf[table].map(party => isParty(sql, table, party, person)))})`

/** True for a row, stored up to then, that an erasure changes. */
export const concerns = (
  sql: SqlClient.SqlClient,
  table: RequestTable,
  person: Whose,
  before: Date
): Statement.Fragment =>
  sql`${hasAny(sql, table, idsOf(person))} and ${sql(`${table}.${storedAt[table]}`)} <= ${before}
    and ${tellsOf(sql, table, person)}`

/** True for a row that names the person, or in which somebody typed their id; to be asked of a few rows only. */
export const tellsOf = (sql: SqlClient.SqlClient, table: RequestTable, person: Whose): Statement.Fragment =>
  sql.or([
    ...partiesOf[table].map(party => isParty(sql, table, party, person)),
    sql`${mentioned(sql, table)} @> ${[person.userId]}::text[]`
  ])

export const idsOf = ({ userId, profileIds }: Identity): ReadonlyArray<string> => [userId, ...profileIds]

/**
 * True for a row whose `party` is the person. A profile can be linked to another Discord account later: where a row names
 * an account, the account decides, and only where it names none does the profile.
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

/** True for a row of `table`, joined with its request, that is about the part that the person has in it. */
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
