import { Duration, Effect, Either, Option, Random } from "effect"
import { deliveryDelay } from "../../domain/deliveryRetry.ts"
import type { Notification, NotificationId } from "../../domain/Notification.ts"
import { Atomic } from "../../ports/Atomic.ts"
import { startedBy } from "../../context/WorkStart.ts"
import { notificationEnded } from "../../telemetry/metrics.ts"
import { DeliveryRecords } from "../../ports/DeliveryRecords.ts"
import type { DeliveryTry } from "../../ports/DeliveryRecords.ts"
import { requestAttributes } from "../../telemetry/spans.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { Outbox } from "../../ports/Outbox.ts"
import type { Taken } from "../../ports/Outbox.ts"
import type { Shown } from "../../ports/TransferRequests.ts"
import { Deliveries } from "../../services/Deliveries.ts"
import type { DeliveryFailure } from "../../services/Deliveries.ts"
import { entryOf } from "../../services/Audit.ts"
import { requestedDelay, isPermanent, reasonOf } from "./deliveryFailures.ts"
import type { JobProgram } from "./JobProgram.ts"
import { isTooOld, tooOld } from "./retrying.ts"

/** Delivers one notification, or puts it back, or gives it up. */
export const deliver = Effect.gen(function* () {
  const atomic = yield* Atomic
  const log = yield* NotificationLog
  const outbox = yield* Outbox
  const deliveries = yield* Deliveries
  const records = yield* DeliveryRecords

  /** Stores the end, and makes it known. */
  const end = Effect.fnUntraced(function* (
    taken: Taken,
    notification: Notification,
    state: "delivered" | "dead",
    { reason = Option.none<string>(), shown = Option.none<Shown>() }
  ) {
    const { kind, request } = notification
    yield* Effect.annotateCurrentSpan({ outcome: state })
    const audit = yield* entryOf({ actor: "bot", action: "deliver", request, outcome: `${state}: ${kind}` })
    const passed = yield* records.end({ taken, notification, state, reason, shown, audit })
    yield* notificationEnded(kind, state, passed)
    const event =
      state === "delivered"
        ? Effect.logInfo("notification_delivered")
        : Effect.logError("notification_failed")
    yield* Effect.annotateLogs(event, {
      ...fieldsOf(notification),
      outcome: state,
      duration: Duration.toMillis(passed),
      ...Option.match(reason, { onNone: () => ({}), onSome: text => ({ reason: text }) })
    })
  })

  const giveUp = Effect.fnUntraced(function* (taken: Taken, notification: Notification, reason: string) {
    yield* Effect.annotateCurrentSpan({ "error.type": reason })
    yield* end(taken, notification, "dead", { reason: Option.some(reason) })
  })

  const tryAgain = Effect.fnUntraced(function* (
    taken: Taken,
    notification: Notification,
    failure: DeliveryFailure
  ) {
    const delay = Option.getOrElse(requestedDelay(failure), () => deliveryDelay(taken.failuresBefore, 0))
    const jitter = Duration.times(delay, 0.2 * (yield* Random.next))
    yield* Effect.annotateCurrentSpan({ outcome: "retry", "error.type": reasonOf(failure) })
    yield* log.settle(notification.id, "pending", Option.some(reasonOf(failure)))
    yield* outbox.again(taken, Duration.sum(delay, jitter))
    yield* Effect.annotateLogs(Effect.logWarning("notification_failed"), {
      ...fieldsOf(notification),
      outcome: "retry",
      reason: reasonOf(failure),
      tries: taken.triesBefore + 1
    })
  })

  const attempt = Effect.fnUntraced(function* (taken: Taken, tried: DeliveryTry) {
    const { notification } = tried
    const { audience, kind, request } = notification
    yield* Effect.annotateCurrentSpan({ ...requestAttributes(request), audience, kind })
    const result = yield* deliveries
      .deliver(tried)
      .pipe(startedBy({ _tag: "Moment", at: notification.updatedAt }), Effect.either)
    if (Either.isRight(result)) return yield* end(taken, notification, "delivered", { shown: result.right })
    if (isPermanent(result.left)) return yield* giveUp(taken, notification, reasonOf(result.left))
    if (isTooOld(taken)) return yield* giveUp(taken, notification, tooOld(reasonOf(result.left)))
    yield* tryAgain(taken, notification, result.left)
  })

  /** Gives up a notification that may not even decode: it reads no more of it than it must. */
  const abandon = Effect.fnUntraced(function* (taken: Taken, id: NotificationId, why: string) {
    const reason = tooOld(why)
    const found = yield* Effect.catchAll(Effect.asSome(log.find(id)), () => Effect.succeedNone)
    if (Option.isSome(found))
      return yield* Option.match(
        Option.filter(found.value, ({ state }) => state === "pending"),
        { onNone: () => outbox.done(taken), onSome: notification => giveUp(taken, notification, reason) }
      )
    yield* atomic.transaction(Effect.zipLeft(log.settle(id, "dead", Option.some(reason)), outbox.done(taken)))
    yield* Effect.annotateLogs(Effect.logError("notification_failed"), {
      notification: id,
      outcome: "dead",
      reason
    })
  })

  return {
    span: "notification.deliver",
    run: Effect.fnUntraced(function* (taken, job) {
      yield* Effect.annotateLogs(Effect.logDebug("job_taken"), { job: taken.id, tries: taken.triesBefore })
      yield* Option.match(yield* records.begin(job.notification), {
        onNone: () => outbox.done(taken),
        onSome: tried => attempt(taken, tried)
      })
    }),
    abandon: (taken, job, why) => abandon(taken, job.notification, why)
  } satisfies JobProgram<"Deliver">
})

const fieldsOf = ({ audience, id, kind, request }: Notification) => ({
  notification: id,
  kind,
  audience,
  request_code: request.code,
  app_id: request.applicationId
})
