import { Array as Arr, Duration, Effect, Option, Schema } from "effect"
import type { Tracer } from "effect"
import { batched } from "../context/batched.ts"
import type { RequestReport, TransferRequest } from "../domain/TransferRequest.ts"
import { Atomic } from "../ports/Atomic.ts"
import type { AuditEntry } from "../ports/AuditLog.ts"
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

/** The transaction holds the locks of all their requests until it commits. */
const mostStoredTogether = 20
/** Fewer than the pool's connections, so that commands and deliveries need not wait in a burst. */
const storedAtOnce = 4
/** A store that does not answer in time counts as not writable. */
const storedWithin = Duration.seconds(8)

/** So much waits to be delivered that the bot takes on no more. */
export class BacklogFull extends Schema.TaggedError<BacklogFull>()("BacklogFull", {}) {}

export type Accepted =
  | { readonly _tag: "Duplicate" }
  | { readonly _tag: "Accepted"; readonly request: Option.Option<TransferRequest> }

interface Arrived {
  readonly webhookId: string
  readonly report: RequestReport
  readonly audit: Omit<AuditEntry, "outcome">
  readonly parent: Option.Option<Tracer.AnySpan>
}

/**
 * Takes Mochi's webhooks in: each id once, stored together with all that follows from it. Webhooks that come at the same
 * moment share a transaction; if it fails, each gets one of its own.
 */
export class Intake extends Effect.Service<Intake>()("mochi/services/Intake", {
  scoped: Effect.gen(function* () {
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

    const storeOne = ({ audit, parent, report, webhookId }: Arrived) =>
      Effect.gen(function* () {
        const isNew = yield* inbox.accept(webhookId, audit)
        if (!isNew) return { _tag: "Duplicate" } as const
        return { _tag: "Accepted", request: yield* settlements.reportWithin(report) } as const
      }).pipe(underParent(parent))

    const store = yield* batched({
      most: mostStoredTogether,
      atOnce: storedAtOnce,
      // A webhook that was stored all the same is a duplicate of itself.
      isSafeToTryAlone: () => true,
      keyOf: ({ report: { key } }: Arrived) => `${key.applicationId}/${key.code}`,
      run: (arrived: ReadonlyArray<Arrived>) =>
        atomic
          .transaction(outbox.together(Effect.forEach(arrived, storeOne)))
          .pipe(
            underParent(Option.flatMap(Arr.head(arrived), ({ parent }) => parent)),
            Effect.disconnect,
            Effect.timeout(storedWithin)
          )
    })

    /** Returns once everything is stored durably. */
    const accept = Effect.fnUntraced(function* (webhookId: string, report: RequestReport) {
      if ((yield* backlog("backlog")).waiting >= mostWaiting) return yield* new BacklogFull()
      const audit = yield* entryOf({ actor: "mochi", action: "webhook", request: report.key })
      return yield* store({
        webhookId,
        report,
        audit,
        parent: yield* Effect.option(Effect.currentParentSpan)
      })
    })

    return { accept }
  })
}) {}

const underParent =
  (parent: Option.Option<Tracer.AnySpan>) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Option.match(parent, { onNone: () => work, onSome: span => Effect.withParentSpan(work, span) })
