import { Duration, Effect, Schema } from "effect"
import type { Option } from "effect"
import type { RequestReport, TransferRequest } from "../domain/TransferRequest.ts"
import { Atomic } from "../ports/Atomic.ts"
import { Outbox } from "../ports/Outbox.ts"
import { WebhookInbox } from "../ports/WebhookInbox.ts"
import { entryOf } from "./Audit.ts"
import { remembered } from "./remembered.ts"
import { Settlements } from "./Settlements.ts"

/** More than Discord lets one bot send in several hours: Mochi has to keep the rest for now. */
const mostWaiting = 50_000
/** Counting costs more than a webhook: the bound need not be exact. */
const countedFor = Duration.seconds(2)
const countsWithin = Duration.seconds(5)

/** So much waits to be delivered that the bot takes on no more. */
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
    const backlog = yield* remembered({
      // Every later webhook would wait for a count that never comes.
      lookUp: (_: "backlog") => outbox.backlog.pipe(Effect.disconnect, Effect.timeout(countsWithin)),
      keyOf: what => what,
      freshFor: countedFor,
      mostBytes: 1024,
      bytesOf: () => 1
    })

    /** Returns once everything is stored durably. */
    const accept = Effect.fnUntraced(function* (webhookId: string, report: RequestReport) {
      if ((yield* backlog("backlog")).waiting >= mostWaiting) return yield* new BacklogFull()
      const entry = yield* entryOf({ actor: "mochi", action: "webhook", request: report.key })
      return yield* atomic.transaction(
        Effect.gen(function* () {
          const isNew = yield* inbox.accept(webhookId, entry)
          if (!isNew) return { _tag: "Duplicate" } as const
          return { _tag: "Accepted", request: yield* settlements.reportWithin(report) } as const
        })
      )
    })

    return { accept }
  })
}) {}
