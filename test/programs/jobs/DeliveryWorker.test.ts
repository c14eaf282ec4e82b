import { expect, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer, Option } from "effect"
import { ApplicationId, RequestCode } from "../../../src/domain/Ids.ts"
import { NotificationId } from "../../../src/domain/Notification.ts"
import type { Notification } from "../../../src/domain/Notification.ts"
import { Atomic } from "../../../src/ports/Atomic.ts"
import { Leadership } from "../../../src/ports/Leadership.ts"
import { NotificationLog } from "../../../src/ports/NotificationLog.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"
import type { Job, Taken } from "../../../src/ports/Outbox.ts"
import { StoreUnavailable } from "../../../src/ports/StoreUnavailable.ts"
import * as DeliveryWorker from "../../../src/programs/jobs/DeliveryWorker.ts"
import { Deliveries } from "../../../src/services/Deliveries.ts"
import { Audit } from "../../../src/services/Audit.ts"
import { Settlements } from "../../../src/services/Settlements.ts"

const request = { applicationId: ApplicationId.make("123"), code: RequestCode.make("ABC") }

const notification: Notification = {
  id: NotificationId.make("00000000-0000-4000-8000-000000000000"),
  request,
  audience: "owner",
  kind: "approval_card",
  about: "pending",
  state: "pending",
  reason: Option.none(),
  attempts: 1,
  createdAt: DateTime.unsafeMake(0),
  updatedAt: DateTime.unsafeMake(0)
}

const deliver: Job = { _tag: "Deliver", notification: notification.id, request, audience: "owner" }
const ask: Job = { _tag: "AskMochi", request, attempt: 0 }

const unreadable = new StoreUnavailable({ operation: "NotificationLog", cause: new Error("no such kind") })

/** What became of one job of that age, whose work ends in a defect. */
const outcomeOf = (job: Job, age: Duration.DurationInput, log: Partial<NotificationLog["Type"]> = {}) =>
  Effect.gen(function* () {
    const done: Array<string> = []
    const taken: Taken = {
      id: "1",
      job,
      triesBefore: 3,
      failuresBefore: 3,
      firstAfter: Duration.zero,
      age: Duration.decode(age),
      traceparent: Option.none()
    }
    const pending = [taken]
    const ports = Layer.mergeAll(
      Layer.mock(Leadership, { whileLeading: (_, work) => work }),
      Layer.succeed(Atomic, { transaction: work => work }),
      Layer.mock(Outbox, {
        take: kind =>
          Effect.suspend(() =>
            kind === job._tag && pending.length > 0 ? Effect.succeed(pending.splice(0)) : Effect.never
          ),
        done: () => Effect.sync(() => done.push("done")),
        again: () => Effect.sync(() => done.push("again")),
        release: () => Effect.void
      }),
      Layer.mock(NotificationLog, {
        attempt: () => Effect.succeedSome(notification),
        find: () => Effect.succeedSome(notification),
        settle: (_, state, reason) =>
          Effect.sync(() => {
            done.push(`${state}: ${Option.getOrElse(reason, () => "")}`)
            return Duration.zero
          }),
        ...log
      }),
      Layer.succeed(Deliveries, new Deliveries({ deliver: () => Effect.die("a bug") })),
      Layer.mock(Settlements, { _tag: "mochi/services/Settlements", ask: () => Effect.die("a bug") }),
      Layer.succeed(Audit, new Audit({ record: () => Effect.void }))
    )
    yield* Effect.scoped(
      Effect.zipRight(
        Layer.build(DeliveryWorker.layer.pipe(Layer.provide(ports))),
        Effect.repeat(Effect.yieldNow(), {
          until: () => done.some(word => word === "done" || word === "again")
        })
      )
    )
    return done
  })

const givenUp = "dead: given up after 24 hours: a fault of ours"

it.effect(
  "a delivery that meets a fault of ours is tried again for a day, then given up for all to see",
  () =>
    Effect.gen(function* () {
      expect(yield* outcomeOf(deliver, "23 hours")).toEqual(["again"])
      expect(yield* outcomeOf(deliver, "25 hours")).toEqual([givenUp, "done"])
      expect(yield* outcomeOf(ask, "23 hours")).toEqual(["again"])
      expect(yield* outcomeOf(ask, "25 hours")).toEqual(["done"])
    })
)

it.effect("what cannot even be read is given up too, and what was delivered before the fault is not", () =>
  Effect.gen(function* () {
    const broken = { attempt: () => Effect.die("a bug"), find: () => Effect.fail(unreadable) }
    expect(yield* outcomeOf(deliver, "25 hours", broken)).toEqual([givenUp, "done"])
    const delivered = { find: () => Effect.succeedSome({ ...notification, state: "delivered" as const }) }
    expect(yield* outcomeOf(deliver, "25 hours", delivered)).toEqual(["done"])
  })
)

it.effect("what cannot be given up either stays in the queue", () =>
  Effect.gen(function* () {
    const away = { settle: () => Effect.fail(unreadable) }
    expect(yield* outcomeOf(deliver, "25 hours", away)).toEqual(["again"])
  })
)
