import type { SqlClient, Statement } from "@effect/sql"
import type { Audience } from "../../domain/Notification.ts"
import type { Identity } from "../../ports/PersonalData.ts"

/** The parties that each table names, every one by two columns such as `owner_discord_id` and `owner_profile_id`. */
export const partiesOf = {
  kudos_intents: ["owner", "requester", "recipient"],
  transfer_requests: ["owner", "requester", "recipient", "settled_by"]
} as const

export type RequestTable = keyof typeof partiesOf

export const requestTables = ["kudos_intents", "transfer_requests"] as const

/** True for a row that names the person in any part. */
export const namedIn = (
  sql: SqlClient.SqlClient,
  table: RequestTable,
  person: Identity
): Statement.Fragment => sql.or(partiesOf[table].map(party => isParty(sql, table, party, person)))

/** True for a row whose `party` is the person. */
export const isParty = (
  sql: SqlClient.SqlClient,
  table: RequestTable,
  party: string,
  { discordUserId, profileIds }: Identity
): Statement.Fragment => {
  const byDiscord = sql`${sql(`${table}.${party}_discord_id`)} = ${discordUserId}`
  if (profileIds.length === 0) return byDiscord
  return sql`(${byDiscord} or ${sql.in(`${table}.${party}_profile_id`, profileIds)})`
}

/** True for a row of `table` that is about a request, in the part that the person has in it. */
export const addressedTo = (
  sql: SqlClient.SqlClient,
  table: "shown_messages" | "notifications",
  person: Identity
): Statement.Fragment =>
  sql.or(
    audiences.map(
      audience => sql`(${sql(table)}.audience = ${audience} and exists (
        select from transfer_requests
        where transfer_requests.application_id = ${sql(table)}.application_id
          and transfer_requests.code = ${sql(table)}.code
          and ${isParty(sql, "transfer_requests", audience, person)}))`
    )
  )

const audiences: ReadonlyArray<Audience> = ["owner", "requester", "recipient"]
