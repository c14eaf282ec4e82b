import { Duration, Effect, HashMap, Layer } from "effect"
import { AuditLog } from "../../ports/AuditLog.ts"
import { WebhookInbox } from "../../ports/WebhookInbox.ts"
import { Tables } from "./Tables.ts"

const forgottenAfter = Duration.toMillis("35 days")

export const layer: Layer.Layer<WebhookInbox, never, AuditLog | Tables> = Layer.effect(
  WebhookInbox,
  Effect.gen(function* () {
    const tables = yield* Tables
    const log = yield* AuditLog
    const accept = (id: string) =>
      tables.change((state, now) =>
        HashMap.has(state.webhooks, id)
          ? [false, state]
          : [true, { ...state, webhooks: HashMap.set(state.webhooks, id, now) }]
      )
    return {
      accept: (id, audit) =>
        Effect.tap(accept(id), isNew => log.record({ ...audit, outcome: isNew ? "accepted" : "duplicate" })),
      prune: tables.update((state, now) => ({
        ...state,
        webhooks: HashMap.filter(state.webhooks, receivedAt => receivedAt >= now - forgottenAfter)
      }))
    }
  })
)
