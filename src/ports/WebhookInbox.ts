import { Context } from "effect"
import type { Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** The `webhook-id`s of the last 30 days at least. */
export class WebhookInbox extends Context.Tag("mochi/ports/WebhookInbox")<
  WebhookInbox,
  {
    /** True once for each id; within a transaction, so that an id and what follows from it are stored together. */
    readonly accept: (webhookId: string) => Effect.Effect<boolean, StoreUnavailable>
    /** Forgets the ids that came more than 35 days ago. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
