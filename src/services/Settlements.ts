/**
 * The one place where a request's status changes. A webhook, a button or Mochi's answer to a question reports here what
 * it says of a request; what follows from it is stored in the same transaction or not at all.
 */
import { Array as Arr, Clock, DateTime, Duration, Effect, Either, Option } from "effect"
import type { InteractionId, RequestKey } from "../domain/Ids.ts"
import { believe } from "../domain/intentAgreement.ts"
import type { Difference } from "../domain/intentAgreement.ts"
import { deliveryOf } from "../domain/Job.ts"
import type { Job } from "../domain/Job.ts"
import { notificationsFor } from "../domain/Notification.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { afterReport, isFromMochi, requestReport } from "../domain/TransferRequest.ts"
import type { RequestReport, TransferRequest } from "../domain/TransferRequest.ts"
import { nextExpiryQuestion } from "../domain/expiry.ts"
import { Atomic } from "../ports/Atomic.ts"
import type { AuditEntry } from "../ports/AuditLog.ts"
import { KudosIntents } from "../ports/KudosIntents.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import { NotificationLog } from "../ports/NotificationLog.ts"
import { Outbox } from "../ports/Outbox.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { inSpan, linkToKudos, requestAttributes } from "../telemetry/spans.ts"
import { Cards } from "./Cards.ts"

interface Source {
  readonly by: "button" | "event"
  /** What somebody did to bring it about, for the audit log. */
  readonly deed: Option.Option<AuditEntry>
}

const anEvent: Source = { by: "event", deed: Option.none() }

/** The click that decides a card edits it; the outbox edits it only if the click could not. */
const clickEditsFirst = Duration.seconds(3)

export class Settlements extends Effect.Service<Settlements>()("mochi/services/Settlements", {
  effect: Effect.gen(function* () {
    const atomic = yield* Atomic
    const requests = yield* TransferRequests
    const intents = yield* KudosIntents
    const notifications = yield* NotificationLog
    const outbox = yield* Outbox
    const pay = yield* MochiPay
    const cards = yield* Cards

    /** The request before the report, and the parts of the report that agree with the `/kudos` that it names. */
    const withIntentApplied = Effect.fnUntraced(function* (report: RequestReport) {
      const stored = yield* requests.lock(report.key)
      const isLinked = Option.exists(stored, ({ interactionId }) => Option.isSome(interactionId))
      const isFirstEvent =
        Option.isSome(report.facts) &&
        !Option.exists(stored, ({ facts }) => Option.exists(facts, isFromMochi))
      const named = Option.orElse(
        Option.flatMap(stored, ({ interactionId }) => interactionId),
        () => report.interactionId
      )
      if ((isLinked && !isFirstEvent) || Option.isNone(named)) return { before: stored, report }
      const intent = yield* intents.lock(named.value)
      if (Option.isNone(intent)) return { before: stored, report }
      const { before, differs, isOwn, report: believed } = believe(stored, intent.value, report)
      if (differs.length > 0 && isFirstEvent) yield* disagreement(report.key, named.value, differs)
      if (isOwn && !isLinked) {
        const { code } = report.key
        yield* intents.finish(named.value, { _tag: "Created", code: Option.some(code) })
        yield* cards.follow(report.key, { interactionId: named.value, view: "kudos" })
      }
      return { before, report: believed }
    })

    const tell = Effect.fnUntraced(function* (
      request: TransferRequest,
      before: RequestStatus,
      ownerAfter: Duration.Duration
    ) {
      const added = yield* notifications.add(request.key, request.status, notificationsFor(request, before))
      const [toOthers, toOwner] = Arr.partition(added, ({ audience }) => audience === "owner")
      yield* outbox.put([...toOthers, ...toOwner].map(deliveryOf), job =>
        job._tag === "Deliver" && job.audience === "owner" ? ownerAfter : Duration.zero
      )
    })

    const askLater = Effect.fnUntraced(function* (request: TransferRequest, attempt: number) {
      const expiresAt = Option.flatMap(request.facts, facts => facts.expiresAt)
      if (request.status !== "pending" || Option.isNone(expiresAt)) return
      const now = yield* Clock.currentTimeMillis
      const wait = nextExpiryQuestion(DateTime.toEpochMillis(expiresAt.value), now, attempt)
      if (Option.isSome(wait)) yield* outbox.put([askMochi(request.key, attempt)], wait.value)
    })

    /** What follows from a stored change of a request, by what was stored before it. */
    const putWhatFollows = Effect.fnUntraced(function* (
      before: Option.Option<TransferRequest>,
      after: TransferRequest,
      ownerAfter: Duration.Duration
    ) {
      const statusBefore = Option.match(before, {
        onNone: () => "pending" as const,
        onSome: ({ status }) => status
      })
      yield* tell(after, statusBefore, ownerAfter)
      // The owner's card is settled but names nobody: it is drawn again with the person who decided.
      if (Option.exists(before, wasSettledByNobody) && isDecided(after)) yield* cards.outdated(after)
      const hadExpiry = Option.exists(before, ({ facts }) =>
        Option.exists(facts, ({ expiresAt }) => Option.isSome(expiresAt))
      )
      if (!hadExpiry) yield* askLater(after, 0)
    })

    const store = Effect.fnUntraced(function* (reported: RequestReport, { by, deed }: Source) {
      const at = yield* DateTime.now
      const { before, report: believed } = yield* withIntentApplied(reported)
      const after = afterReport(before, believed, at)
      if (Either.isLeft(after)) {
        yield* outbox.put([askMochi(reported.key, 0)])
        return before
      }
      yield* requests.save(after.right, deed)
      if (Option.isNone(reported.status)) {
        yield* outbox.put([askMochi(reported.key, 0)])
        return Option.none<TransferRequest>()
      }
      yield* putWhatFollows(before, after.right, by === "button" ? clickEditsFirst : Duration.zero)
      return Option.some(after.right)
    })

    const reporting = Effect.fnUntraced(function* <E>(
      key: RequestKey,
      storing: Effect.Effect<Option.Option<TransferRequest>, E>
    ) {
      const about = requestAttributes(key)
      yield* Effect.annotateCurrentSpan(about)
      const stored = yield* storing.pipe(
        Effect.tap(request =>
          Effect.annotateCurrentSpan(
            Option.match(request, { onNone: () => ({}), onSome: ({ status }) => ({ outcome: status }) })
          )
        ),
        inSpan("request.store", { attributes: about })
      )
      yield* linkToKudos(Option.flatMap(stored, ({ origin }) => origin))
      return stored
    })

    /**
     * Stores what was reported and puts everything that follows into the outbox. The request as it is stored now; none if
     * the report left its status open, so that Mochi is asked first.
     */
    const report = (reported: RequestReport, source = anEvent) =>
      reporting(reported.key, atomic.transaction(store(reported, source)))

    /** The same within the caller's transaction, which a failure leaves unusable. */
    const reportWithin = (reported: RequestReport) => reporting(reported.key, store(reported, anEvent))

    /** Asks Mochi how a request stands, and again later, ever more slowly, while it is pending past its expiry. */
    const ask = Effect.fnUntraced(function* (key: RequestKey, attempt: number) {
      const { expiresAt, status } = yield* pay.state(key)
      const after = yield* report(requestReport(key, { status: Option.some(status), authoritative: true }))
      const pending = Option.filter(after, request => request.status === "pending")
      if (Option.isNone(pending)) return
      const facts = Option.map(pending.value.facts, before => ({
        ...before,
        expiresAt: Option.orElse(expiresAt, () => before.expiresAt)
      }))
      yield* atomic.transaction(askLater({ ...pending.value, facts }, attempt + 1))
    })

    return { report, reportWithin, ask }
  })
}) {}

const wasSettledByNobody = (request: TransferRequest): boolean =>
  isFinal(request.status) && !isDecided(request)

const isDecided = ({ settlement }: TransferRequest): boolean =>
  Option.exists(settlement, ({ by }) => Option.isSome(by.profileId) || Option.isSome(by.userId))

/** A request at Mochi names a `/kudos` that asked for something else. */
const disagreement = (key: RequestKey, interactionId: InteractionId, differs: ReadonlyArray<Difference>) =>
  Effect.annotateLogs(Effect.logWarning("kudos_intent_disagrees"), {
    request_code: key.code,
    app_id: key.applicationId,
    interaction_id: interactionId,
    differs: differs.join(",")
  })

const askMochi = (request: RequestKey, attempt: number): Job => ({ _tag: "AskMochi", request, attempt })
