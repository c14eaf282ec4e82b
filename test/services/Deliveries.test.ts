import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Fiber, Option, TestClock } from "effect"
import type { Audience } from "../../src/domain/Notification.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { DeliveryRecords } from "../../src/ports/DeliveryRecords.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { People } from "../../src/ports/People.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Deliveries } from "../../src/services/Deliveries.ts"
import { Privacy } from "../../src/services/Privacy.ts"
import { kudos, pressed, sentBy } from "../programs/discord/interactions.ts"
import { ada, byProfile, facts, grace, linus, profileIdOf } from "./cast.ts"
import { inMemory, settled } from "./inMemory.ts"
import { interactionId, key, keyOf, mochiError } from "./mochiWorld.ts"
import { otherBot, refusal } from "./recordingMessenger.ts"

const closedDms = refusal("Unreachable", 50_007)

/** The graph without its worker, so that each delivery is the test's own. */
const delivering = Effect.gen(function* () {
  const world = yield* inMemory
  /** The audience's oldest notification that waits, or once more the last; why it was not delivered. */
  const deliver = (audience: Audience, process = world.process) =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      const all = (yield* log.list(Option.none(), 100)).filter(each => each.audience === audience)
      const notification = all.findLast(({ state }) => state === "pending") ?? all[0]
      if (notification === undefined) return "nothing to deliver"
      yield* log.settle(notification.id, "pending", Option.none())
      const tried = Option.getOrThrow(yield* (yield* DeliveryRecords).begin(notification.id))
      const result = yield* Effect.either((yield* Deliveries).deliver(tried))
      if (Either.isLeft(result)) return result.left
      const requests = yield* TransferRequests
      if (Option.isSome(result.right))
        yield* requests.show(notification.request, audience, result.right.value)
      yield* log.settle(notification.id, "delivered", Option.none())
      return "delivered"
    }).pipe(Effect.provide(process.context))
  /** A message began to be sent, and the process ended before it knew what became of it. */
  const crash = (audience: Audience, isPosted: boolean) =>
    Effect.gen(function* () {
      const { discord, happened, process, start } = world
      discord.trouble = line => {
        if (!line.startsWith("post")) return undefined
        return isPosted ? "no answer" : refusal("Unavailable")
      }
      const delivery = yield* Effect.fork(deliver(audience))
      yield* settled
      yield* Fiber.interrupt(delivery)
      discord.trouble = () => undefined
      yield* process.crash
      happened.length = 0
      return yield* start(2)
    })
  const shownTo = (audience: Audience) =>
    Effect.flatMap(TransferRequests, requests => requests.shown(key, audience)).pipe(
      Effect.provide(world.process.context)
    )
  return { ...world, deliver, crash, shownTo }
})

const news = [
  ["requester", "Ada's DM", "StatusChanged"],
  ["recipient", "Grace's DM", "KudosReceived"]
] as const

describe("The owner's card", () => {
  it.scoped("is stored before it is posted, and is not posted again while it says what is stored", () =>
    Effect.gen(function* () {
      const { deliver, discord, happened, shownTo, webhook } = yield* delivering
      yield* webhook("pending")
      discord.trouble = line => (line.startsWith("post") ? "no answer" : undefined)
      const delivery = yield* Effect.fork(deliver("owner"))
      yield* settled
      yield* Fiber.interrupt(delivery)
      expect(yield* shownTo("owner")).toMatchObject({
        value: { messageId: Option.none(), status: "pending" }
      })
      discord.trouble = () => undefined
      expect(yield* deliver("owner")).toBe("delivered")
      expect(yield* shownTo("owner")).toMatchObject({ value: { messageId: Option.some("500") } })
      happened.length = 0
      expect(yield* deliver("owner")).toBe("delivered")
      expect(happened).toEqual([])
    })
  )

  it.scoped("that shows another status is edited, and nobody asks whose it is", () =>
    Effect.gen(function* () {
      const { deliver, discord, happened, mochi, webhook } = yield* delivering
      yield* webhook("pending")
      yield* deliver("owner")
      yield* webhook("rejected")
      happened.length = 0
      yield* TestClock.adjust("2 minutes")
      mochi.instead = {
        byId: id => (id === profileIdOf(linus) ? mochiError("Unavailable") : Effect.succeedNone)
      }
      expect(yield* deliver("owner")).toBe("delivered")
      expect(happened).toEqual(["edit Linus's DM: ApprovalCard rejected"])
      expect(discord.showsIn("Linus's DM")).toEqual(["ApprovalCard rejected"])
    })
  )

  it.scoped("that says less than what is stored is drawn again, once", () =>
    Effect.gen(function* () {
      const { deliver, happened, webhook } = yield* delivering
      yield* webhook("approved")
      yield* deliver("owner")
      happened.length = 0
      yield* webhook("approved", { by: byProfile(linus) })
      yield* deliver("owner")
      yield* deliver("owner")
      expect(happened).toEqual(["edit Linus's DM: ApprovalCard approved"])
    })
  )

  it.scoped("that is gone is not posted again", () =>
    Effect.gen(function* () {
      const { deliver, discord, happened, webhook } = yield* delivering
      yield* webhook("pending")
      yield* deliver("owner")
      yield* webhook("approved")
      discord.trouble = line => (line.startsWith("edit") ? refusal("Gone", 10_008) : undefined)
      expect(yield* deliver("owner")).toBe("delivered")
      yield* deliver("owner")
      expect(happened.filter(line => line.startsWith("post"))).toHaveLength(1)
    })
  )

  it.scoped("of somebody without a profile or an account cannot be delivered", () =>
    Effect.gen(function* () {
      const { deliver, discord, mochi, webhook } = yield* delivering
      yield* webhook("pending")
      mochi.linked.delete(linus)
      expect(yield* deliver("owner")).toMatchObject({ reason: "the owner has no Mochi profile" })
      mochi.instead = {
        byId: id => Effect.succeedSome({ id, name: "somebody", userId: Option.none() })
      }
      expect(yield* deliver("owner")).toMatchObject({ reason: "the owner has no Discord account at Mochi" })
      expect(discord.messages).toEqual([])
    })
  )
})

describe("A request whose code no button can carry", () => {
  it.scoped("has no card, since nobody could decide on it", () =>
    Effect.gen(function* () {
      const { deliver, discord, webhook } = yield* delivering
      yield* webhook("pending", { key: keyOf("X".repeat(90)) })
      expect(yield* deliver("owner")).toMatchObject({ reason: "the request code is too long for a button" })
      expect(discord.messages).toEqual([])
    })
  )
})

describe("News for requester and recipient", () => {
  it.scoped.each(news)("reaches the %s once", ([audience, place, notice]) =>
    Effect.gen(function* () {
      const { deliver, discord, webhook } = yield* delivering
      yield* webhook("approved")
      yield* deliver(audience)
      yield* deliver(audience)
      expect(discord.showsIn(place)).toEqual([`${notice} approved`])
    })
  )

  it.scoped.each(news)("does not reach a %s who wants none", ([audience]) =>
    Effect.gen(function* () {
      const { deliver, discord, process, webhook } = yield* delivering
      yield* webhook("approved")
      for (const user of [ada, grace, linus])
        yield* Effect.provide(
          Effect.flatMap(People, people => people.chooseNotifications(user, false)),
          process.context
        )
      expect(yield* deliver(audience)).toBe("delivered")
      expect(discord.messages).toEqual([])
      // The owner has to decide.
      yield* deliver("owner")
      expect(discord.messages).toHaveLength(1)
    })
  )

  it.scoped.each(news)("of a failure after the approval corrects what the %s was told", ([audience, place]) =>
    Effect.gen(function* () {
      const { deliver, discord, webhook } = yield* delivering
      yield* webhook("approved")
      yield* deliver(audience)
      yield* webhook("failed")
      yield* deliver(audience)
      expect(discord.showsIn(place)).toEqual(
        audience === "recipient"
          ? ["KudosReceived failed"]
          : ["StatusChanged approved, now failed", "StatusChanged failed"]
      )
    })
  )

  it.scoped(
    "is an edit of the requester's answer alone while that is fresh, and a message as well later on",
    () =>
      Effect.gen(function* () {
        const { deliver, discord, process, webhook } = yield* delivering
        yield* process.send(kudos)
        const reported = { interactionId: Option.some(interactionId) }
        yield* webhook("approved", reported)
        yield* deliver("requester")
        expect(discord.answers.get("secret-token")).toBe("KudosAnswer approved")
        expect(discord.showsIn("Ada's DM")).toEqual([])
        yield* TestClock.adjust("2 minutes")
        yield* webhook("failed", reported)
        yield* deliver("requester")
        expect(discord.answers.get("secret-token")).toBe("KudosAnswer failed")
        expect(discord.showsIn("Ada's DM")).toEqual(["StatusChanged failed"])
      })
  )

  it.scoped("does not reach the requester apart if they are the owner or thanked", () =>
    Effect.gen(function* () {
      for (const change of [{ owner: byProfile(ada) }, { recipient: byProfile(ada) }]) {
        const { deliver, discord, webhook } = yield* delivering
        yield* webhook("approved", { facts: Option.some({ ...facts, ...change }) })
        expect(yield* deliver("requester")).toBe("delivered")
        expect(discord.messages).toEqual([])
      }
    })
  )
})

describe("A person whose direct messages are closed", () => {
  it.scoped("finds a pointer in the channel, and what it points to behind View", () =>
    Effect.gen(function* () {
      const { deliver, discord, process, webhook } = yield* delivering
      yield* webhook("approved")
      discord.trouble = line => (line.startsWith("post Grace") ? closedDms : undefined)
      expect(yield* deliver("recipient")).toBe("delivered")
      expect(discord.showsIn("the channel")).toEqual(["Pointer for Grace"])
      yield* process.send(sentBy(grace, pressed("view-r-ABC-123"), "7"))
      yield* webhook("failed")
      yield* deliver("recipient")
      // A pointer says nothing that could be outdated; the answer behind it does.
      expect(discord.showsIn("the channel")).toEqual(["Pointer for Grace"])
      expect(discord.answers.get("token of 7")).toBe("KudosReceived failed")
    })
  )

  it.scoped("cannot be reached if the request has no channel", () =>
    Effect.gen(function* () {
      const { deliver, discord, webhook } = yield* delivering
      yield* webhook("approved", { facts: Option.some({ ...facts, channelId: Option.none() }) })
      discord.trouble = line => (line.startsWith("post") ? closedDms : undefined)
      expect(yield* deliver("recipient")).toMatchObject({
        reason: "the direct messages are closed (Discord 50007), and there is no channel to fall back to"
      })
    })
  )

  it.scoped("is not tried a third time for five minutes", () =>
    Effect.gen(function* () {
      const { deliver, discord, happened, webhook } = yield* delivering
      discord.trouble = line => (line.includes("Linus's DM") ? closedDms : undefined)
      const card = (code: string) =>
        Effect.gen(function* () {
          happened.length = 0
          yield* webhook("pending", { key: keyOf(code) })
          yield* deliver("owner")
          return happened.filter(line => line.includes("Linus's DM")).length
        })
      expect([yield* card("A"), yield* card("B"), yield* card("C")]).toEqual([1, 1, 0])
      yield* TestClock.adjust("5 minutes")
      expect(yield* card("D")).toBe(1)
    })
  )
})

describe("A message whose process ended before it knew what became of it", () => {
  it.scoped.each(["pending", "approved"] as const)(
    "is the same message while Discord knows its nonce, and then shows what is stored: %s",
    status =>
      Effect.gen(function* () {
        const { crash, deliver, discord, happened, webhook } = yield* delivering
        yield* webhook("pending")
        const next = yield* crash("owner", true)
        if (status === "approved") yield* webhook(status)
        yield* deliver("owner", next)
        expect(discord.showsIn("Linus's DM")).toEqual([`ApprovalCard ${status}`])
        expect(happened).not.toContain("look in Linus's DM")
      })
  )

  it.scoped.each([
    ["stands", true, ["look in Linus's DM"]],
    ["was never posted", false, ["look in Linus's DM", "post Linus's DM: ApprovalCard pending"]]
  ] as const)("is looked for later: it %s", ([, isPosted, calls]) =>
    Effect.gen(function* () {
      const { crash, deliver, discord, happened, webhook } = yield* delivering
      yield* webhook("pending")
      const next = yield* crash("owner", isPosted)
      yield* TestClock.adjust("61 seconds")
      expect(yield* deliver("owner", next)).toBe("delivered")
      expect(happened).toEqual(calls)
      expect(discord.showsIn("Linus's DM")).toEqual(["ApprovalCard pending"])
    })
  )

  it.scoped("is left to an operator if nobody can tell whether it stands", () =>
    Effect.gen(function* () {
      const { crash, deliver, discord, webhook } = yield* delivering
      yield* webhook("pending")
      const next = yield* crash("owner", true)
      yield* TestClock.adjust("61 seconds")
      discord.canReadHistory = false
      expect(yield* deliver("owner", next)).toMatchObject({
        reason: "it may stand in the channel already, whose message history the bot cannot read"
      })
      expect(discord.messages).toHaveLength(1)
    })
  )

  it.scoped("and whose news is no longer true is corrected if it stands, and not sent if it does not", () =>
    Effect.gen(function* () {
      for (const isPosted of [true, false]) {
        const { crash, deliver, discord, webhook } = yield* delivering
        yield* webhook("approved")
        const next = yield* crash("recipient", isPosted)
        yield* webhook("failed")
        yield* deliver("recipient", next)
        expect(discord.showsIn("Grace's DM")).toEqual(isPosted ? ["KudosReceived failed"] : [])
      }
    })
  )
})

describe("After the bot was replaced by another", () => {
  const replaced = (status: RequestStatus) =>
    Effect.gen(function* () {
      const world = yield* delivering
      yield* world.webhook("pending")
      yield* world.deliver("owner")
      yield* world.webhook(status)
      world.discord.bot = otherBot
      world.happened.length = 0
      return world
    })

  it.scoped("a card that it cannot edit is posted again, with what is stored", () =>
    Effect.gen(function* () {
      const { deliver, discord, happened } = yield* replaced("approved")
      yield* deliver("owner")
      yield* deliver("owner")
      expect(happened).toEqual(["open Linus's DM", "post Linus's DM: ApprovalCard approved"])
      expect(discord.messages.map(({ bot, shows }) => [bot === otherBot, shows])).toEqual([
        [false, "ApprovalCard pending"],
        [true, "ApprovalCard approved"]
      ])
    })
  )

  it.scoped("a message in doubt of the former one is not looked for", () =>
    Effect.gen(function* () {
      const { crash, deliver, discord, happened, webhook } = yield* delivering
      yield* webhook("pending")
      const next = yield* crash("owner", true)
      discord.bot = otherBot
      yield* TestClock.adjust("61 seconds")
      yield* deliver("owner", next)
      expect(happened).toEqual(["open Linus's DM", "post Linus's DM: ApprovalCard pending"])
    })
  )
})

describe("A channel that Discord has lost", () => {
  it.scoped("is opened once more", () =>
    Effect.gen(function* () {
      const { deliver, discord, happened, webhook } = yield* delivering
      yield* webhook("approved")
      yield* deliver("recipient")
      yield* webhook("approved", { key: keyOf("B") })
      happened.length = 0
      let isLost = true
      discord.trouble = line => {
        if (!line.startsWith("post") || !isLost) return undefined
        isLost = false
        return refusal("Gone", 10_003)
      }
      expect(yield* deliver("recipient")).toBe("delivered")
      const post = "post Grace's DM: KudosReceived approved"
      expect(happened).toEqual([`${post}: Gone`, "open Grace's DM", post])
    })
  )
})

describe("Nothing is brought", () => {
  it.scoped("to a person who was erased, and nothing failed", () =>
    Effect.gen(function* () {
      const { deliver, discord, process, webhook } = yield* delivering
      yield* webhook("approved", {
        facts: Option.some({ ...facts, recipient: { ...byProfile(grace), userId: Option.some(grace) } })
      })
      yield* Effect.provide(
        Effect.flatMap(Privacy, privacy => privacy.erase(grace, "person")),
        process.context
      )
      expect(yield* deliver("recipient")).toBe("delivered")
      expect(discord.messages).toEqual([])
    })
  )

  it.scoped("of a request of which nothing is stored but its status", () =>
    Effect.gen(function* () {
      const { deliver, process, webhook } = yield* delivering
      yield* webhook("pending")
      const requests = yield* Effect.provide(TransferRequests, process.context)
      const stored = Option.getOrThrow(yield* requests.find(key))
      yield* requests.save({ ...stored, facts: Option.none() })
      expect(yield* deliver("owner")).toMatchObject({ reason: "nothing is stored of the request" })
    })
  )
})
