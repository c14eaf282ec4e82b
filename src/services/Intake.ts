import { DateTime, Duration, Effect, Option, Schema } from "effect"
import { nobody } from "../domain/TransferRequest.ts"
import type { News, TransferRequest } from "../domain/TransferRequest.ts"
import { Atomic } from "../ports/Atomic.ts"
import { Outbox } from "../ports/Outbox.ts"
import { WebhookInbox } from "../ports/WebhookInbox.ts"
import { Audit } from "./Audit.ts"
import { remembered } from "./remembered.ts"
import { Settlements } from "./Settlements.ts"

/** More than Discord lets one bot send in several hours: whoever sends more has to keep it for now. */
const mostWaiting = 50_000
/** Counting costs more than a webhook: the bound need not be exact. */
const countedFor = Duration.seconds(2)
const countsWithin = Duration.seconds(5)

/** More waits to be delivered than can be taken on. */
export class BacklogFull extends Schema.TaggedError<BacklogFull>()("BacklogFull", {}) {}

export type Accepted =
  | { readonly _tag: "Duplicate" }
  | { readonly _tag: "Accepted"; readonly request: Option.Option<TransferRequest> }

/** Takes Mochi's webhooks in: each id once, stored together with all that follows from it. */
export class Intake extends Effect.Service<Intake>()("mochi/services/Intake", {
  effect: Effect.gen(function* () {
    const atomic = yield* Atomic
    const inbox = yield* WebhookInbox
    const outbox = yield* Outbox
    const settlements = yield* Settlements
    const audit = yield* Audit
    const backlog = yield* remembered({
      // A count that never comes would be waited for by every webhook after it.
      lookUp: (_: "backlog") => outbox.backlog.pipe(Effect.disconnect, Effect.timeout(countsWithin)),
      keyOf: what => what,
      freshFor: countedFor,
      mostBytes: 1024,
      bytesOf: () => 1
    })

    const apply = Effect.fnUntraced(function* ({ status, ...news }: News) {
      const told = { ...news, at: yield* DateTime.now, authoritative: false }
      if (Option.isSome(status)) return yield* settlements.report({ ...told, status: status.value })
      yield* settlements.reportWithoutStatus({ ...told, by: nobody })
      return Option.none<TransferRequest>()
    })

    /** Ends when everything is stored durably. */
    const accept = Effect.fn("Intake.accept")(function* (webhookId: string, news: News) {
      if ((yield* backlog("backlog")).waiting >= mostWaiting) return yield* new BacklogFull()
      const accepted = yield* atomic.transaction(
        Effect.gen(function* () {
          const isNew = yield* inbox.accept(webhookId)
          if (!isNew) return { _tag: "Duplicate" } as const
          return { _tag: "Accepted", request: yield* apply(news) } as const
        })
      )
      yield* audit.record({
        actor: "mochi",
        action: "webhook",
        request: news.key,
        outcome: accepted._tag === "Accepted" ? "accepted" : "duplicate"
      })
      return accepted
    })

    return { accept }
  })
}) {}
