import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { addressedTo, hasAny, idsOf, isParty, namedIn, ofSameRequest, partiesOf } from "./personRows.ts"
import type { Whose } from "./personRows.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

type Selects = Readonly<Record<string, Statement.Statement<unknown>>>

/**
 * What an export reads from each table; `row` is JSON. Whole rows, so that a new column needs no change here, but without
 * data about other people: their ids, and the place of a request that is not the person's own. Unordered: a sort would read
 * everything before the first row.
 */
export const exportSelects = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  person: Whose
): Selects => {
  const id = person.userId
  const hash = pseudonyms.of(id)
  const ids = idsOf(person)
  const json = (table: string, leftOut: Statement.Fragment = sql`array[]::text[]`) =>
    sql`jsonb_strip_nulls(to_jsonb(${sql(table)}) - (${leftOut}))::text as row`
  const without = (columns: ReadonlyArray<string>) => sql`${columns}::text[]`

  const is = (party: string) => isParty(sql, "transfer_requests", party, person)
  const unless = (holds: Statement.Fragment, ...columns: ReadonlyArray<string>) =>
    sql`case when ${holds} then array[]::text[] else ${without(columns)} end`
  // The requester named the recipient.
  const othersParts = sql.join(
    " || ",
    false
  )([
    ...partiesOf.transfer_requests.map(party =>
      party === "recipient"
        ? unless(is(party), "recipient_profile_id")
        : unless(is(party), `${party}_profile_id`, `${party}_discord_id`)
    ),
    unless(sql.or([is("recipient"), is("requester")]), "recipient_discord_id"),
    unless(is("requester"), "guild_id", "channel_id", "interaction_id", "origin")
  ])
  // No `exists`: PostgreSQL could answer that by reading everybody's messages.
  const wasShownToRecipient = sql`(transfer_requests.status = 'approved' or coalesce((select true
    from shown_messages where ${ofSameRequest(sql, "shown_messages")} and audience = 'recipient'), false))`
  // The offset forces one index look-up for each of the person's requests, instead of a join with everybody's.
  const ofOwnRequests = (table: "shown_messages" | "notifications") =>
    sql`from transfer_requests cross join lateral (
        select * from ${sql(table)} where ${ofSameRequest(sql, table)} offset 0) as ${sql(table)}
      where ${hasAny(sql, "transfer_requests", ids)} and ${addressedTo(sql, table, person)}`
  const isOfOwnRequest = sql`coalesce((select ${addressedTo(sql, "shown_messages", person)}
    from transfer_requests where ${ofSameRequest(sql, "shown_messages")}), false)`

  return {
    people: sql`select ${json("people")} from people where discord_user_id = ${id}`,
    // The token is the bot's key to an answer, and the holder is one of its processes: neither is about the person.
    interactions: sql`select ${json("interactions", without(["token", "holder"]))} from interactions
      where user_id = ${id}`,
    // The recipient learns of a request only once it is approved, and from the request itself.
    kudos_intents: sql`select ${json("kudos_intents", without(["holder", "recipient_profile_id"]))}
      from kudos_intents
      where ${hasAny(sql, "kudos_intents", ids)} and ${isParty(sql, "kudos_intents", "requester", person)}`,
    transfer_requests: sql`select ${json("transfer_requests", othersParts)} from transfer_requests
      where ${namedIn(sql, "transfer_requests", person)}
        and (${sql.or([is("owner"), is("requester"), is("settled_by")])} or ${wasShownToRecipient})`,
    // The second part: adopted cards, of requests of which the store has nothing else.
    shown_messages: sql`select ${json("shown_messages")} ${ofOwnRequests("shown_messages")}
      union all select ${json("shown_messages")} from shown_messages
        where channel_id = (select dm_channel_id from people where discord_user_id = ${id})
          and not ${isOfOwnRequest}`,
    notifications: sql`select ${json("notifications")} ${ofOwnRequests("notifications")}`,
    audit_log: sql`select ${json("audit_log")} from audit_log where actor = ${id}
      union all select ${json("audit_log")} from audit_log where subject = ${hash}`,
    rate_limits: sql`select ${json("rate_limits")} from rate_limits where person = ${hash}`,
    usage_activity: sql`select ${json("usage_activity")} from usage_activity where person = ${hash}`,
    erasures: sql`select ${json("erasures")} from erasures where person = ${hash}`,
    unfinished_erasures: sql`select ${json("unfinished_erasures")} from unfinished_erasures
      where discord_user_id = ${id}`
  }
}
