import { describe, expect, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer, Logger, Option, Ref, TestClock } from "effect"
import * as Ids from "../../src/domain/Ids.ts"
import { NotificationId } from "../../src/domain/Notification.ts"
import type { Audience, Notification } from "../../src/domain/Notification.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import type { RequestReport, TransferRequest } from "../../src/domain/TransferRequest.ts"
import { nobody, requestReport } from "../../src/domain/TransferRequest.ts"
import { Atomic } from "../../src/ports/Atomic.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import type { IntentEnd, StoredIntent } from "../../src/ports/KudosIntents.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { delayOf } from "../../src/domain/Job.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Cards } from "../../src/services/Cards.ts"
import { Settlements } from "../../src/services/Settlements.ts"
import { facts } from "../views/kudosRequests.ts"
import { ada, grace, intent, key, settledBy, stored } from "./mochiWorld.ts"

const party = (user: Ids.UserId) => ({ ...nobody, userId: Option.some(user) })
const expiresAt = DateTime.unsafeMake(60_000)
const known = {
  ...facts,
  owner: party(Ids.UserId.make("1098765432109876224")),
  requester: party(ada),
  recipient: party(grace),
  expiresAt: Option.some(expiresAt)
}

/** A store of one request, and an outbox that shows what was put into it, each with its wait in milliseconds. */
const settlementsOver = (
  before: Option.Option<TransferRequest>,
  atMochi: RequestStatus = "pending",
  asked: Option.Option<StoredIntent> = Option.none()
) =>
  Effect.gen(function* () {
    const request = yield* Ref.make(before)
    const jobs = yield* Ref.make<ReadonlyArray<readonly [string, number]>>([])
    const added = yield* Ref.make<ReadonlyArray<string>>([])
    const ends = yield* Ref.make<ReadonlyArray<IntentEnd>>([])
    const answers = yield* Ref.make<ReadonlyArray<Ids.InteractionId>>([])
    const notification = (audience: Audience, about: RequestStatus): Notification => ({
      id: notificationId,
      request: key,
      audience,
      kind: "approval_card",
      about,
      state: "pending",
      reason: Option.none(),
      attempts: 0,
      createdAt: expiresAt,
      updatedAt: expiresAt
    })
    const world = Layer.mergeAll(
      Layer.succeed(Atomic, { transaction: work => work }),
      Layer.mock(TransferRequests, {
        lock: () => Ref.get(request),
        save: saved => Ref.set(request, Option.some(saved)),
        shown: () => Effect.succeedNone,
        addAnswer: (_, { interactionId: answer }) => Ref.update(answers, all => [...all, answer])
      }),
      Layer.mock(KudosIntents, {
        lock: () => Effect.succeed(asked),
        finish: (_, end) => Ref.update(ends, all => [...all, end])
      }),
      Layer.mock(NotificationLog, {
        add: (_, about, notificationsFor) =>
          Ref.modify(added, all => {
            const fresh = notificationsFor.filter(({ audience }) => !all.includes(`${audience} ${about}`))
            return [
              fresh.map(({ audience }) => notification(audience, about)),
              [...all, ...fresh.map(({ audience }) => `${audience} ${about}`)]
            ]
          }),
        reopen: (_, about, audience) => Effect.succeedSome(notification(audience, about))
      }),
      Layer.mock(Outbox, {
        put: (put, after = Duration.zero) =>
          Ref.update(jobs, all => [
            ...all,
            ...put.map(job => {
              const asked = "attempt" in job ? `ask ${job.attempt}` : ""
              const what = "audience" in job ? job.audience : asked
              return [what, delayOf(job, after)] as const
            })
          ])
      }),
      Layer.mock(MochiPay, {
        state: () => Effect.succeed({ status: atMochi, expiresAt: Option.none() })
      })
    )
    const settlements = yield* Effect.provide(
      Settlements,
      Settlements.Default.pipe(Layer.provide(Cards.Default), Layer.provide(world))
    )
    return {
      settlements,
      request: Ref.get(request),
      jobs: Ref.getAndSet(jobs, []),
      ends: Ref.get(ends),
      answers: Ref.get(answers)
    }
  })

const notificationId = NotificationId.make("b7fb27bf-6d14-4eae-89c1-908626a7c9cc")

const report = (status: RequestStatus, change: Partial<RequestReport> = {}): RequestReport =>
  requestReport(key, { status: Option.some(status), facts: Option.some(known), ...change })

describe("A report", () => {
  it.effect("of a pending request tells the owner, and has Mochi asked when it expires", () =>
    Effect.gen(function* () {
      const { jobs, settlements } = yield* settlementsOver(Option.none())
      yield* settlements.report(report("pending"))
      expect(yield* jobs).toEqual([
        ["owner", 0],
        ["ask 0", 62_000]
      ])
      yield* settlements.report(report("pending"))
      expect(yield* jobs).toEqual([])
    })
  )

  it.effect("that leaves the status open is stored and tells nobody until Mochi was asked", () =>
    Effect.gen(function* () {
      const { jobs, request, settlements } = yield* settlementsOver(Option.none())
      const reported = yield* settlements.report(report("approved", { status: Option.none() }))
      expect(reported).toEqual(Option.none())
      expect(yield* request).toMatchObject({ value: { status: "pending", facts: Option.some(known) } })
      expect(yield* jobs).toEqual([["ask 0", 0]])
    })
  )

  it.effect("of an approval tells everybody, once", () =>
    Effect.gen(function* () {
      const { jobs, settlements } = yield* settlementsOver(Option.some(stored({ facts: Option.some(known) })))
      yield* settlements.report(report("approved"))
      const told = yield* jobs
      expect(new Map(told)).toEqual(
        new Map([
          ["requester", 0],
          ["recipient", 0],
          ["owner", 0]
        ])
      )
      expect(told).toHaveLength(3)
      yield* settlements.report(report("approved"))
      expect(yield* jobs).toEqual([])
    })
  )

  it.effect(
    "of who decided has the owner's card drawn again, once, if it stands settled without a name",
    () =>
      Effect.gen(function* () {
        const undecided = stored({
          status: "approved",
          facts: Option.some(known),
          settlement: Option.some({ by: nobody, at: expiresAt })
        })
        const { jobs, settlements } = yield* settlementsOver(Option.some(undecided))
        yield* settlements.report(report("approved"))
        yield* jobs
        yield* settlements.report(report("approved", { by: party(ada) }))
        expect(yield* jobs).toEqual([["owner", 0]])
        yield* settlements.report(report("approved", { by: party(ada) }))
        expect(yield* jobs).toEqual([])
      })
  )

  it.effect("by a button leaves the owner's card to the click first", () =>
    Effect.gen(function* () {
      const { jobs, settlements } = yield* settlementsOver(Option.some(stored({ facts: Option.some(known) })))
      yield* settlements.report(report("rejected"), { by: "button", deed: Option.none() })
      expect(yield* jobs).toEqual([
        ["requester", 0],
        ["owner", 3000]
      ])
    })
  )

  it.effect("that is late changes nothing", () =>
    Effect.gen(function* () {
      const approved = stored({
        status: "approved",
        facts: Option.some(known),
        settlement: settledBy(ada)
      })
      const { request, settlements } = yield* settlementsOver(Option.some(approved))
      yield* settlements.report(report("pending"))
      expect(yield* request).toEqual(Option.some(approved))
    })
  )

  it.effect("that contradicts what is stored is not believed: Mochi is asked, and its word holds", () =>
    Effect.gen(function* () {
      const rejected = stored({ status: "rejected", facts: Option.some(known) })
      const { jobs, request, settlements } = yield* settlementsOver(Option.some(rejected), "approved")
      yield* settlements.report(report("approved"))
      expect(yield* request).toEqual(Option.some(rejected))
      expect(yield* jobs).toEqual([["ask 0", 0]])
      yield* settlements.ask(key, 0)
      expect(Option.map(yield* request, ({ status }) => status)).toEqual(Option.some("approved"))
    })
  )

  it.effect("of a failure after an approval is believed", () =>
    Effect.gen(function* () {
      const approved = stored({ status: "approved", facts: Option.some(known) })
      const { request, settlements } = yield* settlementsOver(Option.some(approved))
      yield* settlements.report(report("failed"))
      expect(Option.map(yield* request, ({ status }) => status)).toEqual(Option.some("failed"))
    })
  )
})

describe("A failure after an approval (A18)", () => {
  it.effect("is told to the recipient of the approval as well", () =>
    Effect.gen(function* () {
      const approved = stored({ status: "approved", facts: Option.some(known) })
      const { jobs, settlements } = yield* settlementsOver(Option.some(approved))
      yield* settlements.report(report("failed"))
      expect((yield* jobs).map(([audience]) => audience)).toEqual(["requester", "recipient", "owner"])
      yield* settlements.report(report("failed"))
      expect(yield* jobs).toEqual([])
    })
  )

  it.effect("that was never approved is not", () =>
    Effect.gen(function* () {
      const { jobs, settlements } = yield* settlementsOver(Option.some(stored({ facts: Option.some(known) })))
      yield* settlements.report(report("failed"))
      expect((yield* jobs).map(([audience]) => audience)).toEqual(["requester", "owner"])
    })
  )
})

describe("An event that names a /kudos (A5)", () => {
  const asked = intent("sending")
  const event = (amount: string) =>
    report("pending", {
      interactionId: Option.some(asked.interactionId),
      facts: Option.some({
        ...known,
        amount,
        owner: { ...nobody, profileId: Option.some(Ids.ProfileId.make("90103")) },
        recipient: { ...nobody, profileId: Option.some(Ids.ProfileId.make("90102")) },
        requester: nobody
      })
    })
  const withRecipient: StoredIntent = {
    ...asked,
    facts: {
      ...asked.facts,
      recipient: { ...nobody, profileId: Option.some(Ids.ProfileId.make("90102")) }
    }
  }

  it.effect("and agrees with it makes the request its own, and says nothing", () =>
    Effect.gen(function* () {
      const { lines, logger } = yield* collected
      const over = yield* settlementsOver(Option.none(), "pending", Option.some(withRecipient))
      yield* Effect.provide(over.settlements.report(event("10.5")), logger)
      expect(yield* over.ends).toEqual([{ _tag: "Created", code: Option.some(key.code) }])
      expect(yield* over.answers).toEqual([asked.interactionId])
      expect(lines).toEqual([])
    })
  )

  it.effect("and disagrees leaves intent and answer alone, and is logged once", () =>
    Effect.gen(function* () {
      const { lines, logger } = yield* collected
      const over = yield* settlementsOver(Option.none(), "pending", Option.some(withRecipient))
      yield* Effect.provide(
        Effect.all([over.settlements.report(event("99")), over.settlements.report(event("99"))]),
        logger
      )
      expect([yield* over.ends, yield* over.answers]).toEqual([[], []])
      const facts = Option.flatMap(yield* over.request, request => request.facts)
      expect(Option.map(facts, ({ amount }) => amount)).toEqual(Option.some("99"))
      expect(lines).toEqual([
        {
          message: "kudos_intent_disagrees",
          request_code: key.code,
          app_id: key.applicationId,
          interaction_id: asked.interactionId,
          differs: "amount"
        }
      ])
    })
  )
})

/** What is logged, with its fields. */
const collected = Effect.sync(() => {
  const lines: Array<Record<string, unknown>> = []
  const logger = Logger.make(({ annotations, message }) => {
    lines.push({ message: String(message), ...Object.fromEntries(annotations) })
  })
  return { lines, logger: Logger.replace(Logger.defaultLogger, logger) }
})

describe("An expiry that passed without an event", () => {
  it.effect("has Mochi asked again ever more slowly while it says pending, and for a day at most", () =>
    Effect.gen(function* () {
      const { jobs, settlements } = yield* settlementsOver(Option.some(stored({ facts: Option.some(known) })))
      yield* TestClock.setTime(62_000)
      const waits: Array<number> = []
      for (let attempt = 0; ; attempt++) {
        yield* settlements.ask(key, attempt)
        const next = (yield* jobs).find(([what]) => what.startsWith("ask"))
        if (next === undefined) break
        expect(next[0]).toBe(`ask ${attempt + 1}`)
        waits.push(next[1])
        yield* TestClock.adjust(next[1])
      }
      expect(waits.slice(0, 4)).toEqual([15_000, 30_000, 60_000, 120_000])
      expect(waits).toEqual([...waits].sort((one, other) => one - other))
      const total = waits.reduce((sum, wait) => sum + wait, 0)
      expect(total).toBeGreaterThan(Duration.toMillis("22 hours"))
      expect(total).toBeLessThan(Duration.toMillis("27 hours"))
    })
  )

  it.effect("ends with Mochi's answer", () =>
    Effect.gen(function* () {
      const pending = stored({ facts: Option.some(known) })
      const { jobs, request, settlements } = yield* settlementsOver(Option.some(pending), "expired")
      yield* TestClock.setTime(62_000)
      yield* settlements.ask(key, 0)
      expect(Option.map(yield* request, ({ status }) => status)).toEqual(Option.some("expired"))
      expect(yield* jobs).toEqual([
        ["requester", 0],
        ["owner", 0]
      ])
    })
  )
})
