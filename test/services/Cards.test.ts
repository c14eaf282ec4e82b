import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import type { Shown } from "../../src/ports/TransferRequests.ts"
import { Cards, drawnAs, isUpToDate, shownAs } from "../../src/services/Cards.ts"
import type { SentMessage } from "../../src/services/Cards.ts"
import { linus, profileIdOf } from "./cast.ts"
import { inMemory } from "./inMemory.ts"
import { key } from "./mochiWorld.ts"

const place = { channelId: ChannelId.make("1"), messageId: MessageId.make("2") }
const message = { channelId: place.channelId, place: "dm", status: "pending", bot: Option.none() } as const
const card = (change: Partial<Shown> = {}): Shown => ({
  ...message,
  messageId: Option.some(place.messageId),
  isOutdated: false,
  ...change
})

const carding = Effect.gen(function* () {
  const { process, webhook } = yield* inMemory
  const within = Effect.provide(process.context)
  const log = yield* within(NotificationLog)
  return {
    process,
    webhook,
    cards: yield* within(Cards),
    request: Effect.flatMap(TransferRequests, requests => requests.find(key)).pipe(Effect.flatten, within),
    /** What is stored of the owner's card: the status that it shows, and whether it is outdated. */
    shown: Effect.flatMap(TransferRequests, requests => requests.shown(key, "owner")).pipe(
      Effect.map(Option.map(({ isOutdated, status }) => [status, isOutdated])),
      within
    ),
    /** The message stands at Discord. */
    stands: (sent: SentMessage) =>
      Effect.flatMap(TransferRequests, requests =>
        requests.show(key, "owner", shownAs(sent, place.messageId))
      ).pipe(within),
    /** How many deliveries wait. */
    jobs: Effect.flatMap(Outbox, outbox => outbox.backlog).pipe(
      Effect.map(({ waiting }) => waiting),
      within
    ),
    /** Everything that waits has reached its reader. */
    delivered: Effect.gen(function* () {
      for (const { id } of yield* log.list(Option.some("pending"), 100))
        yield* log.settle(id, "delivered", Option.none())
    })
  }
})

describe("A card", () => {
  it.scoped("is stored before it is sent, as one that nobody has seen yet", () =>
    Effect.gen(function* () {
      const { cards, process } = yield* carding
      yield* cards.begin(key, "owner", message)
      const requests = yield* Effect.provide(TransferRequests, process.context)
      expect(yield* requests.shown(key, "owner")).toMatchObject({ value: card({ messageId: Option.none() }) })
    })
  )

  it("has its message once that is known, and says everything once it was drawn", () => {
    expect(shownAs(message, place.messageId)).toEqual(card())
    expect(drawnAs(card({ isOutdated: true }), "approved")).toEqual(card({ status: "approved" }))
  })

  it.scoped("that a click has drawn is drawn again only if another status came in meanwhile", () =>
    Effect.gen(function* () {
      const { cards, delivered, jobs, shown, stands, webhook } = yield* carding
      yield* webhook("approved")
      yield* delivered
      yield* stands(message)
      const before = yield* jobs
      yield* cards.drawnByClick(key, "approved")
      expect(yield* shown).toEqual(Option.some(["approved", false]))
      expect(yield* jobs).toBe(before)
      yield* webhook("failed")
      yield* delivered
      const after = yield* jobs
      yield* cards.drawnByClick(key, "approved")
      expect(yield* shown).toEqual(Option.some(["approved", false]))
      expect(yield* jobs).toBe(after + 1)
    })
  )

  it.scoped("that nobody knows of is left alone by the click that has drawn it", () =>
    Effect.gen(function* () {
      const { cards, delivered, jobs, shown, webhook } = yield* carding
      yield* webhook("failed")
      yield* delivered
      const before = yield* jobs
      yield* cards.drawnByClick(key, "approved")
      expect(yield* shown).toEqual(Option.none())
      expect(yield* jobs).toBe(before)
    })
  )

  it.scoped("that says less than what is stored keeps its true status until it is drawn again", () =>
    Effect.gen(function* () {
      const { cards, delivered, jobs, request, shown, stands, webhook } = yield* carding
      yield* webhook("approved")
      yield* stands({ ...message, status: "approved" })
      const approved = yield* request
      const before = yield* jobs
      // It is still to be delivered: that will draw it.
      yield* cards.outdated(approved)
      expect(yield* jobs).toBe(before)
      yield* delivered
      yield* cards.outdated(approved)
      expect(yield* shown).toEqual(Option.some(["approved", true]))
      expect(yield* jobs).toBe(before + 1)
    })
  )

  it.scoped("that is pressed does not take the place of one that is stored", () =>
    Effect.gen(function* () {
      const { cards, shown, stands } = yield* carding
      yield* stands({ ...message, status: "approved" })
      yield* cards.adopt(key, place, profileIdOf(linus))
      expect(yield* shown).toEqual(Option.some(["approved", false]))
    })
  )

  it("is up to date if it shows the status and says all that is stored", () => {
    expect(isUpToDate(card({ status: "approved" }), "approved")).toBe(true)
    expect(isUpToDate(card({ status: "approved", isOutdated: true }), "approved")).toBe(false)
    expect(isUpToDate(card({ status: "pending" }), "approved")).toBe(false)
  })
})
