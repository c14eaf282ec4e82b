import { Effect, Option } from "effect"
import { WebhookInbox } from "../../src/ports/WebhookInbox.ts"

export const byMochi = {
  actor: "mochi",
  action: "webhook",
  request: Option.none(),
  traceId: Option.none()
}

/** The inbox, for tests that do not look into the audit log. */
export const inboxOfIds = Effect.map(WebhookInbox, inbox => ({
  ...inbox,
  accept: (id: string) => inbox.accept(id, byMochi)
}))
