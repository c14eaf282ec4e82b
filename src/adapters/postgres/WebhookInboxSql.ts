import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Layer, Schema } from "effect"
import type { AuditEntry } from "../../ports/AuditLog.ts"
import { WebhookInbox } from "../../ports/WebhookInbox.ts"
import { recording } from "./AuditLogSql.ts"
import { storable } from "./columns.ts"
import { inBatches } from "./inBatches.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** Longer than Mochi repeats a webhook. */
const keptFor = "35 days"

export const layer: Layer.Layer<WebhookInbox, never, SqlClient.SqlClient | Pseudonyms> = Layer.effect(
  WebhookInbox,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const pseudonyms = yield* Pseudonyms
    return {
      // PostgreSQL waits for another open transaction with the same id: if that commits, this returns false.
      accept: Effect.fnUntraced(function* (webhookId: string, audit: Omit<AuditEntry, "outcome">) {
        const isNew = sql`exists (select from accepted)`
        const outcome = sql`case when ${isNew} then 'accepted' else 'duplicate' end`
        const [row] = yield* decodeRows(
          yield* sql`
            with accepted as (
              insert into webhook_inbox (webhook_id) values (${storable(webhookId)})
              on conflict do nothing returning webhook_id
            ),
            recorded as (${yield* recording(sql, pseudonyms, { ...audit, outcome })})
            select ${isNew} as is_new`
        )
        return row.is_new
      }, asStoreUnavailable("WebhookInbox.accept")),

      prune: inBatches(
        most => sql`delete from webhook_inbox where ctid = any(array(
          select ctid from webhook_inbox where received_at < now() - ${keptFor}::interval
          order by received_at limit ${most} for update skip locked
        )) returning 1`
      ).pipe(asStoreUnavailable("WebhookInbox.prune"))
    }
  })
)

const decodeRows = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ is_new: Schema.Boolean })))
