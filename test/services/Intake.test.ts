import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Either, Layer, Option, Ref, TestClock } from "effect"
import { RequestCode } from "../../src/domain/Ids.ts"
import { Atomic } from "../../src/ports/Atomic.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { StoreUnavailable } from "../../src/ports/StoreUnavailable.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { WebhookInbox } from "../../src/ports/WebhookInbox.ts"
import { Intake } from "../../src/services/Intake.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Cards } from "../../src/services/Cards.ts"
import { Settlements } from "../../src/services/Settlements.ts"
import { facts, key } from "../domain/requests.ts"
import { requestReport } from "../../src/domain/TransferRequest.ts"

const reportOf = (code: RequestCode) =>
  requestReport({ ...key, code }, { status: Option.some("pending"), facts: Option.some(facts()) })
const report = reportOf(key.code)

const unstorable = "msg_unstorable"
const refused = new StoreUnavailable({ operation: "WebhookInbox.accept", cause: "refused" })

/** Nothing is stored; what waits is what the test says. */
const intakeWith = (
  waiting: Ref.Ref<number>,
  counted: Ref.Ref<number>,
  transaction: Atomic["Type"]["transaction"] = work => work
) =>
  Intake.Default.pipe(
    Layer.provide(Settlements.Default),
    Layer.provide(Cards.Default),
    Layer.provide(
      Layer.mergeAll(
        Layer.succeed(Atomic, { transaction }),
        Layer.mock(Outbox, {
          put: () => Effect.void,
          together: work => work,
          backlog: Ref.update(counted, count => count + 1).pipe(
            Effect.zipRight(Ref.get(waiting)),
            Effect.map(count => ({ waiting: count, oldest: Duration.zero }))
          )
        }),
        Layer.mock(WebhookInbox, {
          accept: id => (id === unstorable ? Effect.fail(refused) : Effect.succeed(true))
        }),
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

describe("webhooks that come at once", () => {
  /** Whether each of a hundred webhooks of different requests was stored, and in how many transactions. */
  const acceptAll = (idOf: (index: number) => string) =>
    Effect.gen(function* () {
      const counters = yield* Effect.all([Ref.make(0), Ref.make(0), Ref.make(0)])
      const [waiting, counted, transactions] = counters
      const intake = intakeWith(waiting, counted, work =>
        Ref.update(transactions, count => count + 1).pipe(
          Effect.zipRight(Effect.yieldNow()),
          Effect.zipRight(work)
        )
      )
      const answers = yield* Effect.gen(function* () {
        const { accept } = yield* Intake
        return yield* Effect.forEach(
          Array.from({ length: 100 }, (_, index) => index),
          index => Effect.either(accept(idOf(index), reportOf(RequestCode.make(`R${index}`)))),
          { concurrency: "unbounded" }
        )
      }).pipe(Effect.provide(intake))
      return {
        answers: answers.map(answer => Either.isRight(answer)),
        transactions: yield* Ref.get(transactions)
      }
    })

  it.effect("share transactions", () =>
    Effect.gen(function* () {
      const { answers, transactions } = yield* acceptAll(index => `msg_${index}`)
      expect(answers).toEqual(answers.map(() => true))
      expect(transactions).toBeLessThanOrEqual(9)
    })
  )

  it.effect("are stored although one of them cannot be", () =>
    Effect.gen(function* () {
      const { answers, transactions } = yield* acceptAll(index =>
        index === 50 ? unstorable : `msg_${index}`
      )
      expect(answers).toEqual(answers.map((_, index) => index !== 50))
      expect(transactions).toBeLessThanOrEqual(29)
    })
  )
})
