import { SqlClient } from "@effect/sql"
import { Effect, Layer } from "effect"
import { WebhookInbox } from "../../ports/WebhookInbox.ts"
import { storable } from "./columns.ts"
import { inBatches } from "./inBatches.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** Longer than Mochi repeats a webhook. */
const keptFor = "35 days"

export const layer: Layer.Layer<WebhookInbox, never, SqlClient.SqlClient> = Layer.effect(
  WebhookInbox,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return {
      // PostgreSQL waits for another open transaction with the same id: if that commits, this returns false.
      accept: Effect.fnUntraced(function* (webhookId: string) {
        const rows = yield* sql`
          insert into webhook_inbox (webhook_id) values (${storable(webhookId)})
          on conflict do nothing returning webhook_id`
        return rows.length > 0
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
