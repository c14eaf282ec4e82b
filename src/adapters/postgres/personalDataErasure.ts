/**
 * An erasure runs in steps of a bounded number of rows, each a transaction: nobody waits long for its locks, and no step
 * grows with how much is stored. Every step locks in the order in which whoever reports on a request does (requests,
 * intents, answers), and the rows of a table by their keys.
 */
import type { SqlClient } from "@effect/sql"
import type { SqlError, Statement } from "@effect/sql"
import { DateTime, Effect, Schema } from "effect"
import type { ParseResult } from "effect"
import type { ErasedRows } from "../../ports/PersonalData.ts"
import { erasedPrefix } from "./columns.ts"
import { retryingConflicts } from "./conflicts.ts"
import {
  addressedTo,
  hasAny,
  idsOf,
  isParty,
  mentioned,
  ofSameRequest,
  partiesOf,
  storedAt,
  texts
} from "./personRows.ts"
import type { RequestTable, Whose } from "./personRows.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

/** Rows that one step changes at most. */
export const stepRows = 500

type Step = Effect.Effect<ErasedRows, SqlError.SqlError | ParseResult.ParseError>

/** Everything up to `before`; ends when a step finds nothing more to do. */
export const eraseAll = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  person: Whose,
  before: DateTime.Utc
): Step =>
  Effect.map(
    Effect.forEach(stepsOf(sql, pseudonyms, person, DateTime.toDate(before)), step =>
      untilDone(retryingConflicts(sql.withTransaction(step)))
    ),
    total
  )

/** In the order in which they must run: what is found by an id goes before the id. */
const stepsOf = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  person: Whose,
  before: Date
): ReadonlyArray<Step> => {
  const { discordUserId: id, mark } = person

  const counted = (table: string, changing: Statement.Fragment): Step =>
    Effect.map(
      Effect.flatMap(
        sql`with changed as (${changing}) select count(*)::int as rows from changed`,
        decodeCount
      ),
      ([{ rows }]) => ({ [table]: rows })
    )

  const isConcerned = (table: RequestTable) =>
    sql`${hasAny(sql, table, idsOf(person))} and ${sql(table)}.${sql(storedAt[table])} <= ${before}
      and ${sql.or([
        ...partiesOf[table].map(party => isParty(sql, table, party, person)),
        sql`${mentioned(sql, table)} @> ${[id]}::text[]`
      ])}`

  const withoutPerson = (table: RequestTable) => {
    const parties = partiesOf[table].flatMap(party =>
      ["profile", "discord"].map(kind => {
        const column = sql(`${party}_${kind}_id`)
        const holds = sql`${sql(`${table}.${party}_${kind}_id`)} is not null`
        return sql`${column} = case when ${isParty(sql, table, party, person)} and ${holds} then ${mark}
          else ${sql(`${table}.${party}_${kind}_id`)} end`
      })
    )
    const pattern = `(?<![0-9])${id}(?![0-9])`
    const written = texts.map(column => {
      const replaced = sql`regexp_replace(${sql(`${table}.${column}`)}, ${pattern}, 'erased', 'g')`
      return column === "reason"
        ? sql`reason = case when ${isParty(sql, table, "requester", person)} then null else ${replaced} end`
        : sql`${sql(column)} = ${replaced}`
    })
    return sql.csv([...parties, ...written])
  }

  const requests = Effect.gen(function* () {
    const keys = yield* sql`select application_id, code from transfer_requests
      where ${isConcerned("transfer_requests")} order by application_id, code limit ${stepRows} for update`
    const locked = sql`json_to_recordset(${JSON.stringify(keys)}::json) as locked(application_id text, code text)
      where transfer_requests.application_id = locked.application_id and transfer_requests.code = locked.code`
    // In statements of their own, so that they see what the locks waited for.
    const shown = yield* counted(
      "shown_messages",
      sql`delete from shown_messages using transfer_requests, ${locked}
        and ${ofSameRequest(sql, "shown_messages")} and ${addressedTo(sql, "shown_messages", person)} returning 1`
    )
    const changed = yield* counted(
      "transfer_requests",
      sql`update transfer_requests set ${withoutPerson("transfer_requests")} from ${locked} returning 1`
    )
    return { ...shown, ...changed }
  })

  const intents = counted(
    "kudos_intents",
    sql`update kudos_intents set ${withoutPerson("kudos_intents")}
      from (select interaction_id from kudos_intents where ${isConcerned("kudos_intents")}
        order by interaction_id limit ${stepRows} for update) as locked
      where kudos_intents.interaction_id = locked.interaction_id returning 1`
  )

  const interactions = Effect.gen(function* () {
    const rows = yield* Effect.flatMap(
      sql`select interactions.id from interactions where user_id = ${id} and received_at <= ${before}
        order by interactions.id limit ${stepRows} for update`,
      decodeIds
    )
    const locked = rows.map(row => row.id)
    const answers = yield* counted(
      "live_answers",
      sql`delete from live_answers where interaction_id = any(${locked}::text[]) returning 1`
    )
    const changed = yield* counted(
      "interactions",
      sql`update interactions set user_id = ${mark}, token = null, locale = null, awaits_answer = false
        where interactions.id = any(${locked}::text[]) returning 1`
    )
    return { ...answers, ...changed }
  })

  /** Cards of requests that name nobody, found by where they are. */
  const ownMessages = counted(
    "shown_messages",
    sql`delete from shown_messages where (application_id, code, audience) in (
      select application_id, code, audience from shown_messages
        where channel_id = (select dm_channel_id from people where discord_user_id = ${id})
        order by application_id, code, audience limit ${stepRows} for update) returning 1`
  )

  const deeds = Effect.zipRight(
    // Until the end of the transaction, the audit log lets an actor be replaced.
    sql`select set_config('mochi.erasure', 'on', true)`,
    counted(
      "audit_log",
      sql`update audit_log set actor = ${mark}
        from (select audit_log.id from audit_log where actor = ${id} and at <= ${before}
          order by audit_log.id limit ${stepRows} for update) as locked
        where audit_log.id = locked.id returning 1`
    )
  )

  const settings = counted("people", sql`delete from people where discord_user_id = ${id} returning 1`)

  // One stand-in for all days, so that the person still counts as one; it leads back to nobody. 400 days at the most.
  const uses = counted(
    "usage_activity",
    sql`update usage_activity set person = stand_in.name
      from (select ${erasedPrefix} || gen_random_uuid()::text as name) as stand_in
      where person = ${pseudonyms.of(id)} and last_at <= ${before} returning 1`
  )

  return [requests, intents, interactions, ownMessages, deeds, settings, uses]
}

const decodeCount = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ rows: Schema.Int })))
const decodeIds = Schema.decodeUnknown(Schema.Array(Schema.Struct({ id: Schema.String })))

/** Again while a step is full: there may be more. */
const untilDone = (step: Step): Step =>
  Effect.flatMap(step, rows =>
    Object.values(rows).some(number => number >= stepRows)
      ? Effect.map(untilDone(step), more => total([rows, more]))
      : Effect.succeed(rows)
  )

const total = (counts: ReadonlyArray<ErasedRows>): ErasedRows => {
  const sums: Record<string, number> = {}
  for (const count of counts)
    for (const [table, rows] of Object.entries(count)) sums[table] = (sums[table] ?? 0) + rows
  return sums
}
