import * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { DateTime, Effect, Layer, Option, Schema } from "effect"
import type { ParseResult } from "effect"
import { ApplicationId, UserId, RequestCode, TraceId } from "../../domain/Ids.ts"
import { AuditLog } from "../../ports/AuditLog.ts"
import type { AuditEntry, AuditFilter, AuditRecord } from "../../ports/AuditLog.ts"
import { instant, optionalText, text } from "./columns.ts"
import { columnsOf, valuesOf } from "./columnsAndValues.ts"
import { startOfWork, erasedSince } from "./erasedSince.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** The table's triggers refuse every change except the erasure of an actor. */
export const layer: Layer.Layer<AuditLog, never, SqlClient.SqlClient | Pseudonyms> = Layer.effect(
  AuditLog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const pseudonyms = yield* Pseudonyms
    return {
      record: (entry: AuditEntry) =>
        Effect.flatMap(recording(sql, pseudonyms, entry), statement => statement).pipe(
          Effect.asVoid,
          asStoreUnavailable("AuditLog.record")
        ),

      list: Effect.fnUntraced(function* (filter: AuditFilter, most: number) {
        const conditions = [
          Option.map(filter.actor, actor => sql`actor = ${actor}`),
          Option.map(filter.action, action => sql`action = ${action}`),
          Option.map(filter.requestCode, code => sql`code = ${code}`),
          Option.map(filter.since, since => sql`at >= ${DateTime.toDate(since)}`),
          Option.map(filter.before, id => sql`audit_log.id < ${id}`),
          Option.map(
            filter.person,
            id => sql`(actor in (${id}, ${pseudonyms.erased(id)}) or subject = ${pseudonyms.of(id)})`
          )
        ].flatMap(Option.toArray)
        const where = conditions.length === 0 ? sql`true` : sql.and(conditions)
        const rows = yield* sql`select id::float8 as id, at, actor, action, application_id, code, outcome,
            trace_id, subject
          from audit_log where ${where} order by audit_log.id desc limit ${most}`
        return (yield* decodeRows(rows)).map(toRecord)
      }, asStoreUnavailable("AuditLog.list"))
    }
  })
)

/**
 * Adds an entry, whose outcome the statement itself may tell; a condition may follow. The log keeps the action, without the
 * id of an actor who was erased during it.
 */
export const recording = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  entry: Omit<AuditEntry, "outcome"> & { readonly outcome: string | Statement.Fragment }
): Effect.Effect<Statement.Statement<object>, ParseResult.ParseError> =>
  Effect.gen(function* () {
    const row = yield* encodeRow({
      actor: entry.actor,
      action: entry.action,
      application_id: Option.map(entry.request, key => key.applicationId),
      code: Option.map(entry.request, key => key.code),
      outcome: typeof entry.outcome === "string" ? entry.outcome : "",
      trace_id: entry.traceId,
      subject: Option.map(Option.fromNullable(entry.subject), pseudonyms.of)
    })
    const isErased = erasedSince(
      sql,
      pseudonyms,
      yield* startOfWork(sql),
      isPerson(row.actor) ? [row.actor] : []
    )
    const actor = sql`case when ${isErased} then ${pseudonyms.erased(row.actor)} else ${row.actor} end`
    const values = { ...row, actor, ...(typeof entry.outcome === "string" ? {} : { outcome: entry.outcome }) }
    return sql`insert into audit_log (${columnsOf(sql, values)}) select ${valuesOf(sql, values)}`
  })

const isPerson = Schema.is(UserId)

const Row = Schema.Struct({
  actor: text(Schema.String),
  action: text(Schema.String),
  application_id: optionalText(ApplicationId),
  code: optionalText(RequestCode),
  outcome: text(Schema.String),
  trace_id: optionalText(TraceId),
  subject: optionalText(Schema.String)
})

const encodeRow = Schema.encode(Row)

const StoredRow = Schema.Struct({ ...Row.fields, id: Schema.Int, at: instant })

const decodeRows = Schema.decodeUnknown(Schema.Array(StoredRow))

const toRecord = ({ application_id, code, trace_id, ...row }: typeof StoredRow.Type): AuditRecord => ({
  ...row,
  request: Option.all({ applicationId: application_id, code }),
  traceId: trace_id
})
