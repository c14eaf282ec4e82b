/**
 * Where a request's status changes, and nowhere else. Whoever hears something of a request, a webhook, a button or a
 * question to Mochi, reports it here; what follows from it is stored in the same transaction or not at all.
 */
import { Clock, DateTime, Duration, Effect, Either, Option } from "effect"
import type { InteractionId, RequestKey } from "../domain/Ids.ts"
import { believe } from "../domain/intentAgreement.ts"
import type { Difference } from "../domain/intentAgreement.ts"
import { notificationsFor } from "../domain/Notification.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { afterReport, isFromMochi, nobody } from "../domain/TransferRequest.ts"
import type { StatusReport, TransferRequest } from "../domain/TransferRequest.ts"
import { nextExpiryQuestion } from "../domain/expiry.ts"
import { Atomic } from "../ports/Atomic.ts"
import { KudosIntents } from "../ports/KudosIntents.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import { NotificationLog } from "../ports/NotificationLog.ts"
import { Outbox } from "../ports/Outbox.ts"
import type { Job } from "../ports/Outbox.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"

/** A card is edited by the click that decided it; the outbox looks after it only when that did not work out. */
const clickEditsFirst = Duration.seconds(3)

export class Settlements extends Effect.Service<Settlements>()("mochi/services/Settlements", {
  effect: Effect.gen(function* () {
    const atomic = yield* Atomic
    const requests = yield* TransferRequests
    const intents = yield* KudosIntents
    const notifications = yield* NotificationLog
    const outbox = yield* Outbox
    const pay = yield* MochiPay

    /** The request before the report, and the report as far as it is believed of the `/kudos` that it names. */
    const heard = Effect.fnUntraced(function* <Heard extends Omit<StatusReport, "status">>(report: Heard) {
      const stored = yield* requests.lock(report.key)
      const isLinked = Option.exists(stored, ({ interactionId }) => Option.isSome(interactionId))
      const isFirstEvent =
        Option.isSome(report.facts) &&
        !Option.exists(stored, ({ facts }) => Option.exists(facts, isFromMochi))
      const named = Option.orElse(
        Option.flatMap(stored, ({ interactionId }) => interactionId),
        () => report.interactionId
      )
      if ((isLinked && !isFirstEvent) || Option.isNone(named)) return { known: stored, report }
      const intent = yield* intents.lock(named.value)
      if (Option.isNone(intent)) return { known: stored, report }
      const { differs, isOwn, known, report: believed } = believe(stored, intent.value, report)
      if (differs.length > 0 && isFirstEvent) yield* disagreement(report.key, named.value, differs)
      if (isOwn && !isLinked) {
        const { code } = report.key
        yield* intents.finish(named.value, { _tag: "Created", code: Option.some(code) })
        yield* requests.addAnswer(report.key, { interactionId: named.value, view: "kudos" })
      }
      return { known, report: { ...report, ...believed } }
    })

    const tell = Effect.fnUntraced(function* (
      request: TransferRequest,
      before: RequestStatus,
      ownerAfter: Duration.Duration
    ) {
      const added = yield* notifications.add(request.key, request.status, notificationsFor(request, before))
      const deliveries = added.map(
        ({ audience, id }): Job => ({ _tag: "Deliver", notification: id, request: request.key, audience })
      )
      const isOwners = (job: Job) => job._tag === "Deliver" && job.audience === "owner"
      yield* outbox.put(deliveries.filter(job => !isOwners(job)))
      yield* outbox.put(deliveries.filter(isOwners), ownerAfter)
    })

    /** Has the owner's card drawn once more, although it was brought up to this status before. */
    const redraw = Effect.fnUntraced(function* ({ key, status }: TransferRequest) {
      const reopened = yield* notifications.reopen(key, status, "owner")
      if (Option.isNone(reopened)) return
      const { audience, id } = reopened.value
      yield* outbox.put([{ _tag: "Deliver", notification: id, request: key, audience }])
    })

    /** The owner's card stands settled without a name: it is drawn again with who decided. */
    const nameDecider = Effect.fnUntraced(function* (request: TransferRequest) {
      const shown = yield* requests.shown(request.key, "owner")
      // The vaguest of the final words: what stands there says less than what is known.
      if (Option.isSome(shown))
        yield* requests.show(request.key, "owner", { ...shown.value, status: "settled" })
      yield* redraw(request)
    })

    /** Another status came in while a click drew its own: the card is brought up to the newest. */
    const redrawIfOutdated = Effect.fn("Settlements.redrawIfOutdated")(function* (
      key: RequestKey,
      drawn: RequestStatus
    ) {
      yield* atomic.transaction(
        Effect.gen(function* () {
          const stored = yield* requests.lock(key)
          if (Option.isSome(stored) && stored.value.status !== drawn) yield* redraw(stored.value)
        })
      )
    })

    const askLater = Effect.fnUntraced(function* (request: TransferRequest, attempt: number) {
      const expiresAt = Option.flatMap(request.facts, facts => facts.expiresAt)
      if (request.status !== "pending" || Option.isNone(expiresAt)) return
      const now = yield* Clock.currentTimeMillis
      const wait = nextExpiryQuestion(DateTime.toEpochMillis(expiresAt.value), now, attempt)
      if (Option.isSome(wait)) yield* outbox.put([askMochi(request.key, attempt)], wait.value)
    })

    /** Stores what was reported and puts everything that follows into the outbox. */
    const report = Effect.fn("Settlements.report")(function* (
      news: StatusReport,
      by: "button" | "event" = "event"
    ) {
      return yield* atomic.transaction(
        Effect.gen(function* () {
          const { known, report: believed } = yield* heard(news)
          const after = afterReport(known, believed)
          if (Either.isLeft(after)) {
            yield* outbox.put([askMochi(news.key, 0)])
            return known
          }
          yield* requests.save(after.right)
          const before = Option.match(known, {
            onNone: () => "pending" as const,
            onSome: ({ status }) => status
          })
          yield* tell(after.right, before, by === "button" ? clickEditsFirst : Duration.zero)
          if (
            Option.exists(known, before => isFinal(before.status) && !isDecided(before)) &&
            isDecided(after.right)
          )
            yield* nameDecider(after.right)
          const expiryBecameKnown = Option.isNone(
            Option.flatMap(known, ({ facts }) => Option.flatMap(facts, ({ expiresAt }) => expiresAt))
          )
          if (expiryBecameKnown) yield* askLater(after.right, 0)
          return Option.some(after.right)
        })
      )
    })

    /** Stores what is known of a request whose status nobody has told, and has Mochi asked for it. */
    const reportWithoutStatus = Effect.fn("Settlements.reportWithoutStatus")(function* (
      news: Omit<StatusReport, "status">
    ) {
      yield* atomic.transaction(
        Effect.gen(function* () {
          const { known, report: believed } = yield* heard(news)
          const after = afterReport(known, { ...believed, status: "pending" })
          if (Either.isRight(after)) yield* requests.save(after.right)
          yield* outbox.put([askMochi(news.key, 0)])
        })
      )
    })

    /** Asks Mochi how a request stands, and again later, ever more slowly, while it is pending past its expiry. */
    const ask = Effect.fn("Settlements.ask")(function* (key: RequestKey, attempt: number) {
      const { expiresAt, status } = yield* pay.state(key)
      const at = yield* DateTime.now
      const after = yield* report(authoritative(key, status, at))
      const pending = Option.filter(after, request => request.status === "pending")
      if (Option.isNone(pending)) return
      const facts = Option.map(pending.value.facts, known => ({
        ...known,
        expiresAt: Option.orElse(expiresAt, () => known.expiresAt)
      }))
      yield* atomic.transaction(askLater({ ...pending.value, facts }, attempt + 1))
    })

    return { report, reportWithoutStatus, ask, redrawIfOutdated }
  })
}) {}

const isDecided = ({ settlement }: TransferRequest): boolean =>
  Option.exists(settlement, ({ by }) => Option.isSome(by.profileId) || Option.isSome(by.userId))

/** Somebody at Mochi uses the name of a `/kudos` for something else than it asked for. */
const disagreement = (key: RequestKey, interactionId: InteractionId, differs: ReadonlyArray<Difference>) =>
  Effect.annotateLogs(Effect.logWarning("kudos_intent_disagrees"), {
    request_code: key.code,
    app_id: key.applicationId,
    interaction_id: interactionId,
    differs: differs.join(",")
  })

const askMochi = (request: RequestKey, attempt: number): Job => ({ _tag: "AskMochi", request, attempt })

const authoritative = (key: RequestKey, status: RequestStatus, at: DateTime.Utc): StatusReport => ({
  key,
  status,
  facts: Option.none(),
  by: nobody,
  at,
  interactionId: Option.none(),
  vaultId: Option.none(),
  authoritative: true
})
