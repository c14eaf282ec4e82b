import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option, Ref, TestClock } from "effect"
import { Atomic } from "../../src/ports/Atomic.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { WebhookInbox } from "../../src/ports/WebhookInbox.ts"
import { Intake } from "../../src/services/Intake.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Cards } from "../../src/services/Cards.ts"
import { Settlements } from "../../src/services/Settlements.ts"
import { facts, key } from "../domain/requests.ts"
import { requestReport } from "../../src/domain/TransferRequest.ts"

const report = requestReport(key, { status: Option.some("pending"), facts: Option.some(facts()) })

/** Nothing is stored; what waits is what the test says. */
const intakeWith = (waiting: Ref.Ref<number>, counted: Ref.Ref<number>) =>
  Intake.Default.pipe(
    Layer.provide(Settlements.Default),
    Layer.provide(Cards.Default),
    Layer.provide(
      Layer.mergeAll(
        Layer.succeed(Atomic, { transaction: work => work }),
        Layer.mock(Outbox, {
          put: () => Effect.void,
          backlog: Ref.update(counted, count => count + 1).pipe(
            Effect.zipRight(Ref.get(waiting)),
            Effect.map(count => ({ waiting: count, oldest: Duration.zero }))
          )
        }),
        Layer.mock(WebhookInbox, { accept: () => Effect.succeed(true) }),
        Layer.mock(NotificationLog, { add: () => Effect.succeed([]) }),
        Layer.mock(TransferRequests, { lock: () => Effect.succeedNone, save: () => Effect.void }),
        Layer.succeed(Audit, Audit.make({ record: () => Effect.void })),
        Layer.mock(KudosIntents, {}),
        Layer.mock(MochiPay, {})
      )
    )
  )

describe("a backlog over its bound", () => {
  it.effect("turns webhooks away until it is worked off", () =>
    Effect.gen(function* () {
      const waiting = yield* Ref.make(50_000)
      const counted = yield* Ref.make(0)
      yield* Effect.gen(function* () {
        const intake = yield* Intake
        expect((yield* Effect.flip(intake.accept("msg_1", report)))._tag).toBe("BacklogFull")
        yield* Ref.set(waiting, 49_999)
        yield* TestClock.adjust("2 seconds")
        expect((yield* intake.accept("msg_1", report))._tag).toBe("Accepted")
      }).pipe(Effect.provide(intakeWith(waiting, counted)))
    })
  )

  it.effect("is counted once in a while, however many webhooks come", () =>
    Effect.gen(function* () {
      const waiting = yield* Ref.make(0)
      const counted = yield* Ref.make(0)
      yield* Effect.gen(function* () {
        const intake = yield* Intake
        yield* Effect.replicateEffect(intake.accept("msg_1", report), 100, { discard: true })
        expect(yield* Ref.get(counted)).toBe(1)
      }).pipe(Effect.provide(intakeWith(waiting, counted)))
    })
  )
})
