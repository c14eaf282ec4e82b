import { Duration, Effect, HashMap, Layer } from "effect"
import { WebhookInbox } from "../../ports/WebhookInbox.ts"
import { Tables } from "./Tables.ts"

const forgottenAfter = Duration.toMillis("35 days")

export const layer: Layer.Layer<WebhookInbox, never, Tables> = Layer.effect(
  WebhookInbox,
  Effect.map(Tables, tables => ({
    accept: id =>
      tables.change((state, now) =>
        HashMap.has(state.webhooks, id)
          ? [false, state]
          : [true, { ...state, webhooks: HashMap.set(state.webhooks, id, now) }]
      ),
    prune: tables.update((state, now) => ({
      ...state,
      webhooks: HashMap.filter(state.webhooks, receivedAt => receivedAt >= now - forgottenAfter)
    }))
  }))
)
