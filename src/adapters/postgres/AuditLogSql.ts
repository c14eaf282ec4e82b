import { SqlClient } from "@effect/sql"
import { Effect, Layer, Option, Schema } from "effect"
import { ApplicationId, RequestCode, TraceId } from "../../domain/Ids.ts"
import { AuditLog } from "../../ports/AuditLog.ts"
import type { AuditEntry } from "../../ports/AuditLog.ts"
import { optionalText, text } from "./columns.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** The table's own triggers refuse every change but the erasure of an actor. */
export const layer: Layer.Layer<AuditLog, never, SqlClient.SqlClient> = Layer.effect(
  AuditLog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return {
      record: Effect.fn("AuditLog.record")(function* (entry: AuditEntry) {
        const row = yield* encodeRow({
          actor: entry.actor,
          action: entry.action,
          application_id: Option.map(entry.request, key => key.applicationId),
          code: Option.map(entry.request, key => key.code),
          outcome: entry.outcome,
          trace_id: entry.traceId
        })
        yield* sql`insert into audit_log ${sql.insert(row)}`
      }, asStoreUnavailable("AuditLog.record"))
    }
  })
)

const encodeRow = Schema.encode(
  Schema.Struct({
    actor: text(Schema.String),
    action: text(Schema.String),
    application_id: optionalText(ApplicationId),
    code: optionalText(RequestCode),
    outcome: text(Schema.String),
    trace_id: optionalText(TraceId)
  })
)
