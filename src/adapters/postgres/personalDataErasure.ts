/**
 * An erasure runs in steps of a bounded number of rows, each a transaction: nobody waits long for its locks, and no
 * statement grows with the database. Every step takes locks in the order in which reports on a request do (requests,
 * intents, answers), and the rows of a table in the order of their keys.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type * as SqlError from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import { Chunk, DateTime, Effect, Schema, Stream } from "effect"
import type { ParseResult } from "effect"
import type { ErasedRows } from "../../ports/PersonalData.ts"
import { erasedPrefix } from "./columns.ts"
import { retryingConflicts } from "./conflicts.ts"
import { pagedRows } from "./pagedRows.ts"
import {
  addressedTo,
  concerns,
  isParty,
  ofSameRequest,
  partiesOf,
  refersTo,
  texts,
  withoutId
} from "./personRows.ts"
import type { RequestTable, Whose } from "./personRows.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

/** The most rows that one step changes. */
const stepRows = 500

type Step = Effect.Effect<ErasedRows, SqlError.SqlError | ParseResult.ParseError>

/** Erases everything up to `before`, a moment in the past: it does not look for rows stored meanwhile. */
export const eraseAll = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  person: Whose,
  before: DateTime.Utc
): Step => Effect.map(Effect.all(stepsOf(sql, pseudonyms, person, DateTime.toDate(before))), total)

/** In the order in which they must run: rows found by an id go before the id. */
const stepsOf = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  person: Whose,
  before: Date
): ReadonlyArray<Step> => {
  const { userId: id, mark } = person

  const counted = (table: string, changing: Statement.Fragment): Step =>
    Effect.map(
      Effect.flatMap(
        sql`with changed as (${changing}) select count(*)::int as rows from changed`,
        decodeCount
      ),
      ([{ rows }]) => ({ [table]: rows })
    )

  const withoutPerson = (table: RequestTable) => {
    const parties = partiesOf[table].flatMap(party =>
      ["profile", "discord"].map(kind => {
        const column = `${party}_${kind}_id`
        const stored = sql(`${table}.${column}`)
        return sql`${sql(column)} = case when ${isParty(sql, table, party, person)} and ${stored} is not null
          then ${mark} else ${stored} end`
      })
    )
    const textColumns = texts.map(column => {
      const replaced = withoutId(sql, sql`${sql(`${table}.${column}`)}`, id)
      return column === "reason"
        ? sql`reason = case when ${isParty(sql, table, "requester", person)} then null else ${replaced} end`
        : sql`${sql(column)} = ${replaced}`
    })
    return sql.csv([...parties, ...textColumns])
  }

  const inTransaction = (step: Step): Step => retryingConflicts(sql.withTransaction(step))

  /** Looks the keys up once, so that the time grows linearly with their number; each page is a step. */
  const inPages = (
    columns: string,
    keys: Statement.Statement<unknown>,
    step: (page: Statement.Fragment) => Step
  ): Step =>
    pagedRows(sql, keys).pipe(
      Stream.grouped(stepRows),
      Stream.mapEffect(page => {
        const rows = JSON.stringify(Chunk.toReadonlyArray(page))
        return inTransaction(step(sql`json_to_recordset(${rows}::json) as page(${sql.literal(columns)})`))
      }),
      Stream.runFold<ErasedRows, ErasedRows>({}, (before, rows) => total([before, rows]))
    )

  const requests = inPages(
    "application_id text, code text",
    sql`select application_id, code from transfer_requests where ${concerns(sql, "transfer_requests", person, before)}`,
    page =>
      Effect.gen(function* () {
        const isOnPage = sql`transfer_requests.application_id = page.application_id
          and transfer_requests.code = page.code`
        yield* sql`select from transfer_requests, ${page}
          where ${isOnPage} order by page.application_id, page.code for update of transfer_requests`
        // Separate statements, so that they see what the locks waited for.
        const shown = yield* counted(
          "shown_messages",
          sql`delete from shown_messages using transfer_requests, ${page} where ${isOnPage}
            and ${ofSameRequest(sql, "shown_messages")} and ${addressedTo(sql, "shown_messages", person)} returning 1`
        )
        const changed = yield* counted(
          "transfer_requests",
          sql`update transfer_requests set ${withoutPerson("transfer_requests")} from ${page}
            where ${isOnPage} and ${refersTo(sql, "transfer_requests", person)} returning 1`
        )
        return { ...shown, ...changed }
      })
  )

  /** Locks the rows of a page one after the other, in the order of their keys. */
  const locked = (table: string, key: string, page: Statement.Fragment) =>
    sql`(select ${sql(`${table}.${key}`)} from ${sql(table)}, ${page} where ${sql(`${table}.${key}`)} = page.key
      order by page.key for update of ${sql(table)}) as locked`

  const intents = inPages(
    "key text",
    sql`select interaction_id as key from kudos_intents where ${concerns(sql, "kudos_intents", person, before)}`,
    page =>
      counted(
        "kudos_intents",
        sql`update kudos_intents set ${withoutPerson("kudos_intents")}
          from ${locked("kudos_intents", "interaction_id", page)}
          where kudos_intents.interaction_id = locked.interaction_id
            and ${refersTo(sql, "kudos_intents", person)} returning 1`
      )
  )

  const interactions = inPages(
    "key text",
    sql`select interactions.id as key from interactions where user_id = ${id} and received_at <= ${before}`,
    page =>
      Effect.gen(function* () {
        const answers = yield* counted(
          "live_answers",
          sql`delete from live_answers using ${page} where live_answers.interaction_id = page.key returning 1`
        )
        const changed = yield* counted(
          "interactions",
          sql`update interactions set user_id = ${mark}, token = null, locale = null, awaits_answer = false
            from ${locked("interactions", "id", page)}
            where interactions.id = locked.id and user_id = ${id} returning 1`
        )
        return { ...answers, ...changed }
      })
  )

  /** Cards of requests that name nobody, found by their channel. */
  const ownMessages = inPages(
    "application_id text, code text, audience text",
    sql`select application_id, code, audience from shown_messages
      where channel_id = (select dm_channel_id from people where discord_user_id = ${id})`,
    page =>
      counted(
        "shown_messages",
        sql`delete from shown_messages using ${page} where shown_messages.application_id = page.application_id
          and shown_messages.code = page.code and shown_messages.audience = page.audience returning 1`
      )
  )

  const auditEntries = inPages(
    "key bigint",
    sql`select audit_log.id as key from audit_log where actor = ${id} and at <= ${before}`,
    page =>
      Effect.zipRight(
        // Lets this transaction replace an actor in the audit log.
        sql`select set_config('mochi.erasure', 'on', true)`,
        counted(
          "audit_log",
          sql`update audit_log set actor = ${mark} from ${locked("audit_log", "id", page)}
            where audit_log.id = locked.id and actor = ${id} returning 1`
        )
      )
  )

  const settings = inTransaction(
    counted("people", sql`delete from people where discord_user_id = ${id} returning 1`)
  )

  // One stand-in for all days, so that the person still counts once; it leads to nobody. `UsageLogSql` bounds the days.
  const usage = inTransaction(
    counted(
      "usage_activity",
      sql`update usage_activity set person = stand_in.name
        from (select ${erasedPrefix} || gen_random_uuid()::text as name) as stand_in
        where person = ${pseudonyms.of(id)} and last_at <= ${before} returning 1`
    )
  )

  return [requests, intents, interactions, ownMessages, auditEntries, settings, usage]
}

const decodeCount = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ rows: Schema.Int })))

const total = (counts: ReadonlyArray<ErasedRows>): ErasedRows => {
  const sums: Record<string, number> = {}
  for (const count of counts)
    for (const [table, rows] of Object.entries(count)) sums[table] = (sums[table] ?? 0) + rows
  return sums
}
