import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option, Random, TestClock } from "effect"
import { deliveryDelay } from "../../../src/domain/deliveryRetry.ts"
import { DeliveryRecords } from "../../../src/ports/DeliveryRecords.ts"
import { NotificationLog } from "../../../src/ports/NotificationLog.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"
import { DeadLetters } from "../../../src/services/DeadLetters.ts"
import { inMemory, settled } from "../../services/inMemory.ts"
import type { Stores } from "../../services/inMemory.ts"
import { storeDown } from "../../services/mochiWorld.ts"
import { refusal } from "../../services/recordingMessenger.ts"

const hour = Duration.toMillis("1 hour")
const bug = (): never => {
  throw new Error("a bug")
}

/** The worker of one process, and a request whose owner has to have a card. */
const working = (over?: Layer.Layer<never, never, Stores>) =>
  Effect.gen(function* () {
    const world = yield* inMemory
    const worker = yield* world.start(2, over)
    yield* worker.deliversJobs
    const replay = Effect.flatMap(DeadLetters, letters => letters.replay(Option.none())).pipe(
      Effect.provide(worker.context)
    )
    const waiting = Effect.map(
      Effect.flatMap(Outbox, outbox => outbox.backlog),
      backlog => backlog.waiting
    ).pipe(Effect.provide(worker.context))
    return { ...world, worker, replay, waiting }
  })

/** When the owner's card was tried, in milliseconds, if every try ends so. */
const triesOf = (trouble: () => ReturnType<typeof refusal>, passing: Duration.DurationInput) =>
  Effect.gen(function* () {
    const { discord, notified, webhook } = yield* working()
    const tries: Array<number> = []
    discord.trouble = (line, now) => {
      if (!line.startsWith("post")) return undefined
      tries.push(now)
      return trouble()
    }
    yield* webhook("pending")
    yield* TestClock.adjust(passing)
    return { tries, notified: yield* notified }
  })

const waitsOf = (tries: ReadonlyArray<number>) => tries.slice(1).map((at, index) => at - tries[index]!)

describe("A delivery that fails", () => {
  it.scoped(
    "is tried ever more rarely, each time up to a fifth later than it may be, and given up after a day",
    () =>
      Effect.gen(function* () {
        const { notified, tries } = yield* triesOf(() => refusal("Unavailable"), "30 hours")
        const late = waitsOf(tries).map((wait, index) => wait / Duration.toMillis(deliveryDelay(index, 0)))
        expect(Math.min(...late)).toBeGreaterThanOrEqual(1)
        expect(Math.max(...late)).toBeLessThanOrEqual(1.2)
        expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(0.1)
        const last = tries.at(-1)!
        expect(last).toBeGreaterThan(24 * hour)
        expect(last).toBeLessThan(25.2 * hour)
        expect(notified).toEqual(["owner pending: dead, given up after 24 hours: Discord: Unavailable"])
      }).pipe(Effect.withRandom(Random.make("jitter")))
  )

  it.scoped("waits as long as Discord asks, whatever its own patience", () =>
    Effect.gen(function* () {
      const asked = () => refusal("RateLimited", 20_028, { retryAfterMillis: 90_000 })
      const { tries } = yield* triesOf(asked, "10 minutes")
      expect(tries.length).toBeGreaterThan(5)
      for (const wait of waitsOf(tries)) {
        expect(wait).toBeGreaterThanOrEqual(90_000)
        expect(wait).toBeLessThanOrEqual(108_000)
      }
    })
  )

  it.scoped.each([
    ["Gone", 10_008],
    ["Refused", 50_035]
  ] as const)("for good is tried once: %s", ([reason, code]) =>
    Effect.gen(function* () {
      const { notified, tries } = yield* triesOf(() => refusal(reason, code), "30 hours")
      expect(tries).toHaveLength(1)
      expect(notified).toEqual([`owner pending: dead, Discord ${code}: ${reason}`])
    })
  )

  it.scoped("by a fault of ours is tried for a day, then given up for all to see", () =>
    Effect.gen(function* () {
      const { discord, notified, waiting, webhook } = yield* working()
      discord.trouble = bug
      yield* webhook("pending")
      yield* TestClock.adjust("23 hours")
      expect(yield* notified).toEqual(["owner pending: pending"])
      yield* TestClock.adjust("3 hours")
      expect(yield* notified).toEqual(["owner pending: dead, given up after 24 hours: a fault of ours"])
      expect(yield* waiting).toBe(0)
    })
  )
})

describe("A question to Mochi", () => {
  it.scoped("that meets a fault of ours is asked for a day", () =>
    Effect.gen(function* () {
      const { happened, mochi, webhook } = yield* working()
      mochi.instead = { state: bug }
      yield* webhook("approved", { status: Option.none() })
      yield* TestClock.adjust("23 hours")
      const inTime = happened.length
      yield* TestClock.adjust("3 hours")
      expect(happened.length).toBeGreaterThan(inTime)
      const atTheEnd = happened.length
      yield* TestClock.adjust("10 hours")
      expect(happened).toHaveLength(atTheEnd)
    })
  )
})

describe("A delivery that was given up", () => {
  it.scoped("is recorded, and an operator brings it back once", () =>
    Effect.gen(function* () {
      const { audited, discord, notified, replay, webhook } = yield* working()
      discord.trouble = line => (line.startsWith("post") ? refusal("Refused", 50_013) : undefined)
      yield* webhook("pending")
      yield* settled
      expect((yield* audited).at(-1)).toBe("bot deliver dead: approval_card")
      discord.trouble = () => undefined
      expect(yield* replay).toHaveLength(1)
      expect(yield* replay).toEqual([])
      yield* settled
      expect(discord.showsIn("Linus's DM")).toEqual(["ApprovalCard pending"])
      expect(yield* notified).toEqual(["owner pending: delivered"])
      expect((yield* audited).at(-1)).toBe("bot deliver delivered: approval_card")
    })
  )
})

describe("Deliveries", () => {
  it.scoped("to one audience of one request come in order, and hold up nobody else", () =>
    Effect.gen(function* () {
      const { discord, happened, notified, webhook } = yield* working()
      const asked = { retryAfterMillis: 60_000 }
      discord.trouble = line => (line.includes("Linus") ? refusal("RateLimited", 0, asked) : undefined)
      yield* webhook("pending")
      yield* settled
      yield* webhook("approved")
      yield* settled
      expect([
        discord.showsIn("Ada's DM"),
        discord.showsIn("Grace's DM"),
        discord.showsIn("Linus's DM")
      ]).toEqual([["StatusChanged approved"], ["KudosReceived approved"], []])
      expect(happened.filter(line => line.includes("Linus"))).toHaveLength(1)
      discord.trouble = () => undefined
      yield* TestClock.adjust("72 seconds")
      expect(happened.filter(line => line.startsWith("post Linus"))).toEqual([
        "post Linus's DM: ApprovalCard approved"
      ])
      expect(new Set((yield* notified).map(line => line.split(": ")[1]))).toEqual(new Set(["delivered"]))
    })
  )

  it.scoped("that hang do not keep Mochi from being asked", () =>
    Effect.gen(function* () {
      const { discord, happened, webhook } = yield* working()
      discord.trouble = () => "no answer"
      yield* webhook("pending")
      yield* settled
      yield* webhook("approved", { status: Option.none() })
      yield* settled
      expect(happened).toEqual(["open Linus's DM: no answer", "Mochi: state"])
    })
  )

  it.scoped("pass to the next process when one ends in the middle, and nobody reads twice", () =>
    Effect.gen(function* () {
      const { discord, happened, process, webhook, worker } = yield* working()
      yield* process.deliversJobs
      discord.trouble = line => (line.startsWith("post") ? "no answer" : undefined)
      yield* webhook("pending")
      yield* settled
      discord.trouble = () => undefined
      yield* worker.crash
      yield* settled
      expect(happened.filter(line => line.startsWith("post"))).toHaveLength(2)
      expect(discord.showsIn("Linus's DM")).toEqual(["ApprovalCard pending"])
    })
  )
})

describe("A notification", () => {
  const broken = (change: (log: NotificationLog["Type"]) => Partial<NotificationLog["Type"]>) =>
    Layer.effect(
      NotificationLog,
      Effect.map(NotificationLog, log => ({ ...log, ...change(log) }))
    )
  const begun = (begin: (log: NotificationLog["Type"]) => DeliveryRecords["Type"]["begin"]) =>
    Layer.effect(
      DeliveryRecords,
      Effect.zipWith(DeliveryRecords, NotificationLog, (records, log) => ({ ...records, begin: begin(log) }))
    )

  it.scoped("that cannot even be read is given up too", () =>
    Effect.gen(function* () {
      const unreadable = Layer.merge(
        begun(() => bug),
        broken(() => ({ find: () => storeDown }))
      )
      const { notified, waiting, webhook } = yield* working(unreadable)
      yield* webhook("pending")
      yield* TestClock.adjust("30 hours")
      expect(yield* notified).toEqual(["owner pending: dead, given up after 24 hours: a fault of ours"])
      expect(yield* waiting).toBe(0)
    })
  )

  it.scoped("that was delivered before the fault stays delivered", () =>
    Effect.gen(function* () {
      const { notified, waiting, webhook } = yield* working(
        begun(log => id => Effect.map(log.settle(id, "delivered", Option.none()), bug))
      )
      yield* webhook("pending")
      yield* TestClock.adjust("30 hours")
      expect(yield* notified).toEqual(["owner pending: delivered"])
      expect(yield* waiting).toBe(0)
    })
  )

  it.scoped("that cannot be given up either stays in the queue", () =>
    Effect.gen(function* () {
      const away = Layer.merge(
        broken(() => ({ settle: () => storeDown })),
        Layer.effect(
          DeliveryRecords,
          Effect.map(DeliveryRecords, records => ({ ...records, end: () => storeDown }))
        )
      )
      const { waiting, webhook } = yield* working(away)
      yield* webhook("pending")
      yield* TestClock.adjust("30 hours")
      expect(yield* waiting).toBe(1)
    })
  )
})
