/**
 * Empties the outbox: one process at a time, since Discord's limits are per bot; another takes over when it is gone.
 */
import { Cause, Duration, Effect, Either, Layer, Option, Random, Schedule, Stream } from "effect"
import { deliveryDelay, deliveryPatience } from "../../domain/deliveryRetry.ts"
import type { Notification, NotificationId } from "../../domain/Notification.ts"
import { Atomic } from "../../ports/Atomic.ts"
import { startedBy } from "../../context/WorkStart.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { notificationEnded } from "../../telemetry/metrics.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { Outbox } from "../../ports/Outbox.ts"
import type { Job, Taken } from "../../ports/Outbox.ts"
import { parseTraceparent } from "../../telemetry/traceContext.ts"
import { Deliveries } from "../../services/Deliveries.ts"
import type { DeliveryFailure } from "../../services/Deliveries.ts"
import { Audit } from "../../services/Audit.ts"
import { Settlements } from "../../services/Settlements.ts"
import { askedDelay, isPermanent, reasonOf } from "./deliveryFailures.ts"

/**
 * More than Discord takes at a time: most of these wait for their turn to open a DM, and those that need none pass them.
 */
const deliveriesAtOnce = 400
const questionsAtOnce = 8
const takenAtOnce = 25

export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const leadership = yield* Leadership
    const outbox = yield* Outbox
    const work = yield* worker
    const questions = yield* asker

    const drain = (kind: Job["_tag"], atOnce: number, settle: (taken: Taken) => Effect.Effect<void>) =>
      Stream.repeatEffect(outbox.take(kind, takenAtOnce)).pipe(
        Stream.flattenIterables,
        Stream.mapEffect(settle, { concurrency: atOnce, unordered: true }),
        Stream.runDrain,
        Effect.tapErrorCause(cause => Effect.logWarning("The outbox is out of reach", cause)),
        Effect.retry(Schedule.spaced("1 second")),
        Effect.ensuring(Effect.ignoreLogged(outbox.release(kind)))
      )

    yield* leadership
      .whileLeading(
        "delivery",
        Effect.all(
          [drain("Deliver", deliveriesAtOnce, work), drain("AskMochi", questionsAtOnce, questions)],
          {
            concurrency: "unbounded"
          }
        )
      )
      .pipe(Effect.forkScoped)
  })
)

/** Delivers one notification, or puts it back, or gives it up. */
const worker = Effect.gen(function* () {
  const atomic = yield* Atomic
  const log = yield* NotificationLog
  const outbox = yield* Outbox
  const deliveries = yield* Deliveries
  const audit = yield* Audit

  const settle = (
    taken: Taken,
    notification: Notification,
    state: "delivered" | "dead",
    reason: Option.Option<string>
  ) => atomic.transaction(Effect.zipLeft(log.settle(notification.id, state, reason), outbox.done(taken)))

  const ended = Effect.fnUntraced(function* (
    notification: Notification,
    outcome: "delivered" | "dead",
    passed: Duration.Duration,
    reason: Option.Option<string>
  ) {
    yield* notificationEnded(notification.kind, outcome, passed)
    yield* audit.record({
      actor: "bot",
      action: "deliver",
      request: notification.request,
      outcome: `${outcome}: ${notification.kind}`
    })
    const event =
      outcome === "delivered"
        ? Effect.logInfo("notification_delivered")
        : Effect.logError("notification_failed")
    yield* Effect.annotateLogs(event, {
      ...fieldsOf(notification),
      outcome,
      duration: Duration.toMillis(passed),
      ...Option.match(reason, { onNone: () => ({}), onSome: text => ({ reason: text }) })
    })
  })

  const giveUp = Effect.fnUntraced(function* (taken: Taken, notification: Notification, reason: string) {
    yield* Effect.annotateCurrentSpan({ "error.type": reason })
    const passed = yield* settle(taken, notification, "dead", Option.some(reason))
    yield* ended(notification, "dead", passed, Option.some(reason))
  })

  const tryAgain = Effect.fnUntraced(function* (
    taken: Taken,
    notification: Notification,
    failure: DeliveryFailure
  ) {
    const delay = Option.getOrElse(askedDelay(failure), () => deliveryDelay(taken.failuresBefore, 0))
    const jitter = Duration.times(delay, 0.2 * (yield* Random.next))
    yield* Effect.annotateCurrentSpan({ "error.type": reasonOf(failure) })
    yield* log.settle(notification.id, "pending", Option.some(reasonOf(failure)))
    yield* outbox.again(taken, Duration.sum(delay, jitter))
    yield* Effect.annotateLogs(Effect.logWarning("notification_failed"), {
      ...fieldsOf(notification),
      outcome: "retry",
      reason: reasonOf(failure),
      tries: taken.triesBefore + 1
    })
  })

  const attempt = Effect.fnUntraced(function* (taken: Taken, notification: Notification) {
    const begun = startedBy({ _tag: "Moment", at: notification.updatedAt })
    const result = yield* Effect.either(begun(deliveries.deliver(notification)))
    if (Either.isRight(result)) {
      const passed = yield* settle(taken, notification, "delivered", Option.none())
      return yield* ended(notification, "delivered", passed, Option.none())
    }
    if (isPermanent(result.left)) return yield* giveUp(taken, notification, reasonOf(result.left))
    if (isTooOld(taken)) return yield* giveUp(taken, notification, tooOld(reasonOf(result.left)))
    yield* tryAgain(taken, notification, result.left)
  })

  /** For who cannot even say what was to be delivered: nothing of it is decoded that need not be. */
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

  return (taken: Taken): Effect.Effect<void> =>
    Effect.gen(function* () {
      if (taken.job._tag !== "Deliver") return
      yield* Effect.annotateLogs(Effect.logDebug("job_taken"), { job: taken.id, tries: taken.triesBefore })
      const notification = yield* log.attempt(taken.job.notification)
      yield* Option.match(notification, {
        onNone: () => outbox.done(taken),
        onSome: found => attempt(taken, found)
      })
    }).pipe(
      survives(outbox, taken, why =>
        taken.job._tag === "Deliver" ? abandon(taken, taken.job.notification, why) : outbox.done(taken)
      ),
      inTraceOf(taken, "notification.deliver")
    )
})

/** Asks Mochi how a request stands. */
const asker = Effect.gen(function* () {
  const outbox = yield* Outbox
  const settlements = yield* Settlements
  return (taken: Taken): Effect.Effect<void> =>
    Effect.gen(function* () {
      if (taken.job._tag !== "AskMochi") return
      const asked = yield* Effect.either(settlements.ask(taken.job.request, taken.job.attempt))
      const isLost = Either.isLeft(asked) && isTooOld(taken)
      if (Either.isRight(asked) || isLost) return yield* outbox.done(taken)
      yield* outbox.again(taken, deliveryDelay(taken.failuresBefore + 1, yield* Random.next))
    }).pipe(
      survives(outbox, taken, () => outbox.done(taken)),
      inTraceOf(taken, "mochi.ask")
    )
})

/** A defect must cost one job a try, never the worker; and like every other failure, it has its day. */
const survives =
  (outbox: Outbox["Type"], taken: Taken, abandon: (why: string) => Effect.Effect<void, unknown>) =>
  (work: Effect.Effect<void, unknown>) =>
    work.pipe(
      Effect.sandbox,
      Effect.catchAll(cause => {
        if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
        const again = outbox.again(taken, deliveryDelay(taken.failuresBefore + 2, 0))
        const why = Option.isSome(Cause.dieOption(cause))
          ? "a fault of ours"
          : "the database was out of reach"
        return Effect.logError("A job went wrong", cause).pipe(
          Effect.zipRight(isTooOld(taken) ? Effect.catchAllCause(abandon(why), () => again) : again),
          Effect.ignoreLogged
        )
      })
    )

const isTooOld = ({ age }: Taken): boolean => Duration.greaterThan(age, deliveryPatience)

const tooOld = (why: string): string => `given up after ${Duration.toHours(deliveryPatience)} hours: ${why}`

const inTraceOf =
  (taken: Taken, name: string) =>
  (work: Effect.Effect<void>): Effect.Effect<void> =>
    Effect.withSpan(work, name, {
      kind: "consumer",
      attributes: {
        "messaging.message.id": taken.id,
        "messaging.operation.type": "process",
        tries: taken.triesBefore
      },
      ...Option.match(Option.flatMap(taken.traceparent, parseTraceparent), {
        onNone: () => ({ root: true }),
        onSome: parent => ({ parent })
      })
    })

const fieldsOf = ({ audience, id, kind, request }: Notification) => ({
  notification: id,
  kind,
  audience,
  request_code: request.code,
  app_id: request.applicationId
})
