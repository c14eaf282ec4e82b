import { expect, layer as suiteOn } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Duration, Effect, Layer, Option, Redacted, TestContext } from "effect"
import * as memoryStores from "../../src/adapters/memory/memoryStores.ts"
import * as AuditLogSql from "../../src/adapters/postgres/AuditLogSql.ts"
import * as ClaimsSql from "../../src/adapters/postgres/ClaimsSql.ts"
import * as DeliveryRecordsSql from "../../src/adapters/postgres/DeliveryRecordsSql.ts"
import * as NotificationLogSql from "../../src/adapters/postgres/NotificationLogSql.ts"
import * as OutboxPgBoss from "../../src/adapters/postgres/OutboxPgBoss.ts"
import * as TransferRequestsSql from "../../src/adapters/postgres/TransferRequestsSql.ts"
import { ChannelId, InteractionId, MessageId, UserId } from "../../src/domain/Ids.ts"
import { deliveryOf } from "../../src/domain/Job.ts"
import { AuditLog } from "../../src/ports/AuditLog.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { DeliveryRecords } from "../../src/ports/DeliveryRecords.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import type { Shown } from "../../src/ports/TransferRequests.ts"
import { settings } from "../adapters/mochi/mochiClients.ts"
import { aRequest } from "../adapters/postgres/storedRequests.ts"
import { leaseRenewedOnUse } from "../support/leases.ts"
import * as TestDatabase from "../support/postgres.ts"
import * as pseudonyms from "../support/pseudonyms.ts"
import { everything } from "./auditing.ts"

const sql = DeliveryRecordsSql.layer.pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      AuditLogSql.layer,
      ClaimsSql.layer,
      NotificationLogSql.layer,
      OutboxPgBoss.layer,
      TransferRequestsSql.layer
    )
  ),
  Layer.provide(leaseRenewedOnUse(1)),
  Layer.provide(Layer.merge(pseudonyms.layer, settings("http://127.0.0.1:1"))),
  Layer.provide(TestDatabase.layer)
)

const memory = memoryStores.layer.pipe(
  Layer.provide(settings("http://127.0.0.1:1")),
  Layer.provideMerge(TestContext.TestContext)
)

const card: Shown = {
  channelId: ChannelId.make("1"),
  messageId: Option.some(MessageId.make("2")),
  place: "dm",
  status: "pending",
  isOutdated: false,
  bot: Option.none()
}

/** A request whose owner has to see it, and the job for that, taken. */
const taken = (code: string) =>
  Effect.gen(function* () {
    const [log, outbox] = [yield* NotificationLog, yield* Outbox]
    const request = aRequest(code)
    const [notification] = yield* log.add(request.key, "pending", [
      { audience: "owner", kind: "approval_card" }
    ])
    yield* outbox.put([deliveryOf(notification!)])
    const [job] = yield* outbox.take("Deliver", 10)
    return { request, notification: notification!, job: job! }
  })

const suite = (
  it: Vitest.MethodsNonLive<
    AuditLog | Claims | DeliveryRecords | NotificationLog | Outbox | TransferRequests,
    true
  >
) => {
  it.scoped("count a try as they read all that it needs", () =>
    Effect.gen(function* () {
      const { job, notification, request } = yield* taken("READ")
      const [records, requests, claims] = [yield* DeliveryRecords, yield* TransferRequests, yield* Claims]
      const first = Option.getOrThrow(yield* records.begin(notification.id))
      expect(first).toMatchObject({
        notification: { id: notification.id, attempts: 1, state: "pending", reason: Option.none() },
        request: Option.none(),
        shown: Option.none(),
        answers: []
      })
      yield* requests.save(request)
      yield* requests.begin(request.key, "owner", { ...card, messageId: Option.none() })
      yield* requests.begin(request.key, "requester", card)
      for (const id of ["700", "701"]) {
        yield* claims.claim({
          id: InteractionId.make(id),
          userId: UserId.make("123456789012345678"),
          token: Redacted.make(`token of ${id}`),
          locale: Option.none(),
          awaitsAnswer: false,
          limit: "button"
        })
        yield* requests.addAnswer(request.key, { interactionId: InteractionId.make(id), view: "owner" })
      }
      yield* requests.addAnswer(request.key, { interactionId: InteractionId.make("702"), view: "owner" })
      const second = Option.getOrThrow(yield* records.begin(notification.id))
      expect(second.notification.attempts).toBe(2)
      expect(second.request).toEqual(Option.some(request))
      expect(second.shown).toMatchObject({ value: { ...card, messageId: Option.none() } })
      expect(second.answers.map(({ token }) => Redacted.value(token))).toEqual([
        "token of 700",
        "token of 701"
      ])
      for (const { age, view } of second.answers) {
        expect(view).toBe("owner")
        expect(Duration.toSeconds(age)).toBeLessThan(30)
      }
      yield* (yield* Outbox).done(job)
    })
  )

  it.scoped("store the end: the message, the notification, the job and the log", () =>
    Effect.gen(function* () {
      const { job, notification, request } = yield* taken("END")
      const [records, requests, outbox] = [yield* DeliveryRecords, yield* TransferRequests, yield* Outbox]
      yield* requests.save(request)
      yield* requests.begin(request.key, "owner", { ...card, messageId: Option.none() })
      const audit = {
        actor: "bot",
        action: "deliver",
        request: Option.some(request.key),
        outcome: "delivered: approval_card",
        traceId: Option.none()
      }
      const shown = Option.some(card)
      const passed = yield* records.end({
        taken: job,
        notification,
        state: "delivered",
        reason: Option.none(),
        shown,
        audit
      })
      expect(Duration.toSeconds(passed)).toBeLessThan(30)
      expect(yield* requests.shown(request.key, "owner")).toMatchObject({ value: card })
      expect(yield* (yield* NotificationLog).find(notification.id)).toMatchObject({
        value: { state: "delivered" }
      })
      expect((yield* outbox.backlog).waiting).toBe(0)
      expect((yield* (yield* AuditLog).list(everything, 1))[0]).toMatchObject(audit)
      expect(yield* records.begin(notification.id)).toEqual(Option.none())
    })
  )

  it.scoped("keep what is shown if a delivery was given up, and the job if another process has it", () =>
    Effect.gen(function* () {
      const { job, notification, request } = yield* taken("DEAD")
      const [records, requests, outbox] = [yield* DeliveryRecords, yield* TransferRequests, yield* Outbox]
      yield* requests.show(request.key, "owner", card)
      yield* outbox.release("Deliver")
      const [again] = yield* outbox.take("Deliver", 1)
      const audit = { actor: "bot", action: "deliver", request: Option.none(), outcome: "dead" }
      yield* records.end({
        taken: job,
        notification,
        state: "dead",
        reason: Option.some("no channel"),
        shown: Option.none(),
        audit: { ...audit, traceId: Option.none() }
      })
      expect(yield* requests.shown(request.key, "owner")).toMatchObject({ value: card })
      expect(yield* (yield* NotificationLog).find(notification.id)).toMatchObject({
        value: { state: "dead", reason: Option.some("no channel") }
      })
      expect((yield* outbox.backlog).waiting).toBe(1)
      yield* outbox.done(again!)
    })
  )
}

// The queue of the database wakes by real time.
suiteOn(sql, { excludeTestServices: true })("delivery records, in PostgreSQL", suite)
suiteOn(memory, { excludeTestServices: true })("delivery records, in memory", suite)
