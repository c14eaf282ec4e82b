import { Context } from "effect"
import type { Effect } from "effect"
import type { AuditEntry } from "./AuditLog.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** The `webhook-id`s of at least the last 30 days. */
export class WebhookInbox extends Context.Tag("mochi/ports/WebhookInbox")<
  WebhookInbox,
  {
    /**
     * True once for each id. Within the caller's transaction, which stores the id together with its effects, and in the audit
     * log whether it was `accepted` or is a `duplicate`.
     */
    readonly accept: (
      webhookId: string,
      audit: Omit<AuditEntry, "outcome">
    ) => Effect.Effect<boolean, StoreUnavailable>
    /** Forgets ids received more than 35 days ago. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
