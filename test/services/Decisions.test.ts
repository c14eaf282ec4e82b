import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option } from "effect"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import type { UserId } from "../../src/domain/Ids.ts"
import type { Decision } from "../../src/domain/RequestStatus.ts"
import { DecisionLeases } from "../../src/ports/DecisionLeases.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Decisions } from "../../src/services/Decisions.ts"
import { pressed, sentBy } from "../programs/discord/interactions.ts"
import { ada, byProfile, grace, linus } from "./cast.ts"
import { inMemory, settled } from "./inMemory.ts"
import { interactionId, key, mochiError, storeDown } from "./mochiWorld.ts"
import { otherBot } from "./recordingMessenger.ts"

const card = { channelId: ChannelId.make("1"), messageId: MessageId.make("2") }

/** The ends of clicks, each as a tag or as what was settled. */
const deciding = Effect.gen(function* () {
  const world = yield* inMemory
  const decide = (
    clicker: UserId,
    { decision = "approved", on = Option.none(), process = world.process }: Click = {}
  ) =>
    Effect.gen(function* () {
      const decisions = yield* Decisions
      return yield* decisions.decide({ interactionId, clicker, card: on, decision, request: key })
    }).pipe(Effect.provide(process.context))
  const inStore = Effect.flatMap(TransferRequests, requests =>
    Effect.all({ request: requests.find(key), card: requests.shown(key, "owner") })
  ).pipe(Effect.provide(world.process.context))
  return { ...world, decide, inStore }
})

interface Click {
  readonly decision?: Decision
  readonly on?: Option.Option<typeof card>
  readonly process?: Effect.Effect.Success<typeof inMemory>["process"]
}

const alreadySettled = (retried: boolean) => ({
  decide: () => Effect.succeed({ outcome: "already settled" as const, retried })
})

describe("Two clicks at once", () => {
  it.scoped("are one question to Mochi: the second is turned away, also by another process", () =>
    Effect.gen(function* () {
      const { decide, happened, mochi, start } = yield* deciding
      const other = yield* start(2)
      const answer = yield* Deferred.make<void>()
      mochi.instead = {
        decide: () => Effect.as(Deferred.await(answer), { outcome: "done", retried: false } as const)
      }
      const first = yield* Effect.fork(decide(linus))
      yield* settled
      expect((yield* Effect.flip(decide(linus, { decision: "rejected" })))._tag).toBe("AlreadyBeingDecided")
      expect((yield* Effect.flip(decide(linus, { process: other })))._tag).toBe("AlreadyBeingDecided")
      yield* Deferred.succeed(answer, undefined)
      expect(yield* Fiber.join(first)).toMatchObject({ by: "this click", status: "approved" })
      expect(happened).toEqual(["Mochi: approved"])
    })
  )

  it.scoped("are no longer at once when the first ended, however it did", () =>
    Effect.gen(function* () {
      const { decide, mochi } = yield* deciding
      expect(yield* Effect.flip(decide(ada))).toMatchObject({ _tag: "MochiError", reason: "Forbidden" })
      mochi.instead = { decide: () => Effect.never }
      yield* Fiber.interrupt(yield* Effect.zipLeft(Effect.fork(decide(linus)), settled))
      mochi.instead = {}
      expect(yield* decide(linus)).toMatchObject({ by: "this click" })
      expect(yield* decide(linus)).toMatchObject({ by: "somebody before" })
    })
  )

  it.scoped("cannot be told apart without the store, so that nothing is sent", () =>
    Effect.gen(function* () {
      const { decide, happened, start } = yield* deciding
      const process = yield* start(2, Layer.mock(DecisionLeases, { acquire: () => storeDown }))
      expect((yield* Effect.flip(decide(linus, { process })))._tag).toBe("StoreUnavailable")
      expect(happened).toEqual([])
    })
  )
})

describe("A request that Mochi says is settled already", () => {
  it.scoped.each([
    ["after a lost try of the click's own", true, "approved", "this click"],
    ["after a lost try, though the other word stands", true, "rejected", "somebody before"],
    ["at the first try, though the click's own word stands", false, "approved", "somebody before"]
  ] as const)("%s", ([, retried, status, by]) =>
    Effect.gen(function* () {
      const { decide, inStore, mochi, webhook } = yield* deciding
      yield* webhook("pending")
      mochi.requests.set(key.code, { status, interactionId: Option.none() })
      mochi.instead = alreadySettled(retried)
      expect(yield* decide(linus)).toMatchObject({ by, status })
      const decider = by === "this click" ? Option.some(linus) : Option.none()
      expect(yield* inStore).toMatchObject({
        request: { value: { status, settlement: { value: { by: { userId: decider } } } } }
      })
    })
  )

  it.scoped("but still shows as pending was not processed", () =>
    Effect.gen(function* () {
      const { decide, inStore, mochi, webhook } = yield* deciding
      yield* webhook("pending")
      mochi.instead = alreadySettled(true)
      expect((yield* Effect.flip(decide(linus)))._tag).toBe("NotProcessed")
      expect(yield* inStore).toMatchObject({ request: { value: { status: "pending" } } })
    })
  )

  it.scoped("shows what is stored if that is further on, and who settled it", () =>
    Effect.gen(function* () {
      const { decide, mochi, webhook } = yield* deciding
      yield* webhook("failed", { by: byProfile(grace) })
      mochi.requests.set(key.code, { status: "approved", interactionId: Option.none() })
      expect(yield* decide(linus)).toMatchObject({
        by: "somebody before",
        status: "failed",
        settlement: { by: byProfile(grace) }
      })
    })
  )
})

describe("A decision that cannot be stored", () => {
  it.scoped("stands all the same, and the webhook stores it", () =>
    Effect.gen(function* () {
      const { audited, decide, inStore, stores, webhook } = yield* deciding
      yield* webhook("pending")
      stores.isAway = true
      expect(yield* decide(linus)).toMatchObject({
        by: "this click",
        status: "approved",
        request: Option.none()
      })
      stores.isAway = false
      expect((yield* audited).at(-1)).toBe(`${linus} mochi_approve done`)
      expect(yield* inStore).toMatchObject({ request: { value: { status: "pending" } } })
      yield* webhook("approved", { by: byProfile(linus) })
      expect(yield* inStore).toMatchObject({ request: { value: { status: "approved" } } })
    })
  )
})

describe("A card of which nothing is stored", () => {
  it.scoped("is the owner's if the owner pressed it, or nobody knows who that is", () =>
    Effect.gen(function* () {
      for (const isKnown of [true, false]) {
        const { decide, inStore, webhook } = yield* deciding
        if (isKnown) yield* webhook("pending")
        yield* decide(linus, { on: Option.some(card) })
        expect((yield* inStore).card).toMatchObject({
          value: { channelId: card.channelId, messageId: Option.some(card.messageId), place: "dm" }
        })
      }
    })
  )

  it.scoped("is not the owner's if somebody else pressed it (A5)", () =>
    Effect.gen(function* () {
      const { decide, inStore, webhook } = yield* deciding
      yield* webhook("pending")
      yield* Effect.flip(decide(ada, { on: Option.some(card) }))
      expect((yield* inStore).card).toEqual(Option.none())
    })
  )

  it.scoped("and that the former bot posted gets no second one beside it", () =>
    Effect.gen(function* () {
      const { discord, happened, process, webhook } = yield* deciding
      yield* process.deliversJobs
      discord.bot = otherBot
      yield* process.send(sentBy(linus, pressed("transfer_request_approve-ABC-123"), "7"))
      expect(discord.answers.get("token of 7")).toContain("Transfer request approved")
      yield* webhook("approved", { by: byProfile(linus) })
      yield* settled
      expect(happened.filter(line => line.includes("Linus's DM"))).toEqual([])
      expect(happened).toContain("post Grace's DM: KudosReceived approved")
    })
  )
})

describe("Mochi's silence", () => {
  it.scoped("is a failure, and leaves the request pending", () =>
    Effect.gen(function* () {
      const { audited, decide, inStore, mochi, webhook } = yield* deciding
      yield* webhook("pending")
      mochi.instead = { decide: () => mochiError("TimedOut", true) }
      expect(yield* Effect.flip(decide(linus))).toMatchObject({ reason: "TimedOut" })
      expect(yield* inStore).toMatchObject({ request: { value: { status: "pending" } } })
      expect((yield* audited).at(-1)).toBe(`${linus} mochi_approve failed: TimedOut`)
    })
  )
})
