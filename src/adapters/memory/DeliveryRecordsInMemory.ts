import { DateTime, Effect, Layer, Option } from "effect"
import type { NotificationId } from "../../domain/Notification.ts"
import { DeliveryRecords } from "../../ports/DeliveryRecords.ts"
import type { EditableAnswer } from "../../ports/DeliveryRecords.ts"
import { AuditLog } from "../../ports/AuditLog.ts"
import { Claims } from "../../ports/Claims.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { Outbox } from "../../ports/Outbox.ts"
import { TransferRequests } from "../../ports/TransferRequests.ts"
import { Tables } from "./Tables.ts"

/** The same as the stores of the parts, in one transaction. */
export const layer: Layer.Layer<
  DeliveryRecords,
  never,
  AuditLog | Claims | NotificationLog | Outbox | Tables | TransferRequests
> = Layer.effect(
  DeliveryRecords,
  Effect.gen(function* () {
    const { change, transaction } = yield* Tables
    const audit = yield* AuditLog
    const claims = yield* Claims
    const log = yield* NotificationLog
    const outbox = yield* Outbox
    const requests = yield* TransferRequests

    const countTry = (id: NotificationId) =>
      change((state, now) => {
        const found = state.notifications.find(each => each.id === id && each.state === "pending")
        if (found === undefined) return [Option.none(), state]
        const tried = { ...found, attempts: found.attempts + 1, updatedAt: DateTime.unsafeMake(now) }
        const notifications = state.notifications.map(each => (each.id === id ? tried : each))
        return [Option.some(tried), { ...state, notifications }]
      })

    return {
      begin: id =>
        transaction(
          Effect.gen(function* () {
            const tried = yield* countTry(id)
            if (Option.isNone(tried)) return Option.none()
            const notification = tried.value
            const key = notification.request
            const answers = yield* Effect.forEach(
              yield* requests.liveAnswers(key),
              ({ interactionId, view }) =>
                Effect.map(
                  claims.liveToken(interactionId),
                  Option.map((live): EditableAnswer => ({ view, ...live }))
                )
            )
            return Option.some({
              notification,
              request: yield* requests.find(key),
              shown: yield* requests.shown(key, notification.audience),
              answers: answers.flatMap(Option.toArray)
            })
          })
        ),

      end: end =>
        transaction(
          Effect.gen(function* () {
            const { audience, id, request } = end.notification
            if (Option.isSome(end.shown)) yield* requests.show(request, audience, end.shown.value)
            yield* outbox.done(end.taken)
            yield* audit.record(end.audit)
            return yield* log.settle(id, end.state, end.reason)
          })
        )
    }
  })
)
