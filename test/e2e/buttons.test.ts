import { expect, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { Message, User } from "../../sandbox/discord/Model.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import type { Operation } from "../../sandbox/mochi/routes.ts"
import { buttonsOf, fieldOf } from "../../sandbox/transcript.ts"
import {
  expectAlive,
  expectError,
  expectValidRequests,
  kudosCard,
  postCard,
  textOf,
  withFault,
  withoutWebhooks
} from "./steps.ts"
import { notificationsOf } from "./stored.ts"
import { RunningWorld } from "./world.ts"
import type { World } from "./world.ts"

const profileUrl = "https://profiles.example/new"

const lines = [
  { name: "Amount", value: "**10.5 USDC**" },
  { name: "Anything", value: "as it *was*" }
]

/** A request that the service has never heard of, and a card of it in the channel. */
const foreignCard = (world: World, code?: string, idOf = (verb: string, of: string) => `${verb}-${of}-123`) =>
  Effect.gen(function* () {
    const request = yield* world.mochi.seedRequest(code === undefined ? {} : { code })
    const ids = ["approve", "reject"].map(verb => idOf(verb, request.code))
    return { code: request.code, card: postCard(world, ids, lines) }
  })

const press = (world: World, card: Message, verb: "approve" | "reject", user: User = world.linus) => {
  const button = buttonsOf(card).find(({ custom_id }) => custom_id?.includes(verb))
  return world.discord.people.pressButton({ user, message: card, customId: button?.custom_id ?? "" })
}

const now = ({ discord }: World, card: Message): Message => discord.messages.get(card.id) ?? card

const expectUntouched = (world: World, card: Message) => {
  expect(now(world, card).versions).toHaveLength(card.versions.length)
  expect(buttonsOf(now(world, card))).toHaveLength(2)
}

const settled = ({ discord }: World, card: Message) =>
  discord.awaitMessage(({ components, id }) => id === card.id && components.length === 0)

/** Until the service has nothing more to do for the clicks so far. */
const decisions = ({ mochi }: World, code: string) =>
  Effect.map(mochi.calls, calls =>
    calls.filter(
      ({ operation, path }) => /^(approve|reject)$/.test(operation ?? "") && path.includes(`/${code}/`)
    )
  )

const running = RunningWorld.layer({
  mode: "http",
  environment: { MAX_RETRIES: "1", MOCHI_PROFILE_URL: profileUrl }
})

layer(running, { excludeTestServices: true })("buttons", it => {
  it.effect.each([
    ["approve", "approved", "success"],
    ["reject", "rejected", "rejected"]
  ] as const)("%s decides at Mochi and settles the card", ([verb, word, atMochi]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, grace, linus, mochi } = world
      const { card, code } = yield* kudosCard(world)
      const click = yield* press(world, card, verb)
      const ack = yield* click.acked
      expect(ack.callback).toEqual({ type: 6 })
      expect(ack.ms).toBeLessThan(1000)
      const after = yield* settled(world, card)
      expect(after.embeds[0]?.title).toBe("Vault Transfer Request")
      expect(after.embeds[0]?.author?.name).toBe(`Transfer request ${word}`)
      expect(after.embeds[0]?.fields?.map(({ name, value }) => [name, value])).toEqual([
        ["Amount", "**10.5 USDC** (≈ $10.50)"],
        ["Recipient", `<@${grace.id}>`],
        ["Reason", "well \\*done\\*"],
        ["Vault", "Community Vault (DAO App)"],
        ["Chain", "Ethereum"],
        ["Requested by", `<@${ada.id}>`],
        ["Request ID", code],
        ["Status", word],
        ["Decided by", `<@${linus.id}>`],
        ["Settled", expect.stringMatching(/^<t:\d+:R>$/)]
      ])
      expect(Option.getOrUndefined(yield* mochi.request(code))?.status).toBe(atMochi)
      const [call, ...more] = yield* decisions(world, code)
      expect(more).toEqual([])
      expect(call?.path).toBe(`/api/v1/profiles/90103/applications/123/requests/${code}/${word}`)
      expect(call?.headers["idempotency-key"]).toBe(`${code}:${word}:${click.interaction.id}`)
      expect(call?.headers["x-application"]).toBe("Mochi")
      expect(click.followUps()).toEqual([])
    })
  )

  it.effect("answers somebody else in private and leaves the card alone", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { card, code } = yield* foreignCard(world)
      const click = yield* press(world, card, "approve", world.grace)
      expectError(yield* click.followUpWhen(() => true), "Only the application owner can", world.grace)
      expectUntouched(world, card)
      expect(Option.getOrUndefined(yield* world.mochi.request(code))?.status).toBe("pending")
    })
  )

  it.effect("sends somebody without a profile to create one", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { card, code } = yield* foreignCard(world)
      const click = yield* press(world, card, "reject", world.mallory)
      const told = yield* click.followUpWhen(() => true)
      expectError(told, "Could not find your profile", world.mallory)
      expect(buttonsOf(told).map(({ url }) => url)).toEqual([profileUrl])
      expectUntouched(world, card)
      expect(yield* decisions(world, code)).toEqual([])
    })
  )

  const endings = [
    ["approved", "approved", {}],
    ["rejected", "rejected", {}],
    ["expired", "expired", {}],
    ["failed", "failed", {}],
    ["expired", "settled", { expired: "gone with the wind" }]
  ] as const
  it.scoped.each(endings)(
    "shows what became of a request that is %s already, as %s",
    ([ending, word, statusWords]) =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { linus, mochi } = world
        const stored = yield* kudosCard(world)
        const foreign = yield* foreignCard(world)
        // The click is the first to hear of it.
        yield* withoutWebhooks(world)
        yield* Effect.acquireRelease(mochi.statusWords(statusWords), () =>
          mochi.statusWords({ expired: "expired" })
        )
        for (const { card, code } of [stored, foreign]) {
          yield* mochi.decide(code, ending)
          const click = yield* press(world, card, ending === "approved" ? "reject" : "approve")
          const after = yield* settled(world, card)
          expect(after.embeds[0]?.author?.name).toBe("Transfer Request Settled")
          expect(fieldOf(after, "Status")).toBe(word)
          expect(fieldOf(after, "Decided by")).toBeUndefined()
          expectError(
            yield* click.followUpWhen(() => true),
            "This transfer request has already been settled",
            linus
          )
        }
        expect(fieldOf(now(world, stored.card), "Reason")).toBe("well \\done\\")
        expect(now(world, foreign.card).embeds[0]?.fields?.slice(0, 3)).toEqual([
          { ...lines[0], inline: false },
          { ...lines[1], inline: false },
          { name: "Status", value: word, inline: true }
        ])
      })
  )

  it.scoped("has one card only, also where its webhook tells of a request for the first time", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { card, code } = yield* foreignCard(world)
      yield* press(world, card, "approve")
      yield* settled(world, card)
      const told = yield* notificationsOf(world, code, 3)
      expect(told.map(({ audience }) => audience).sort()).toEqual(["owner", "recipient", "requester"])
      const others = world.discord.dmsOf(world.linus).filter(message => textOf(message).includes(code))
      expect(others).toEqual([])
    })
  )

  it.scoped("keeps the lines of a card whose request is not stored, once it is decided", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      yield* withoutWebhooks(world)
      const { card } = yield* foreignCard(world)
      yield* press(world, card, "approve")
      const after = yield* settled(world, card)
      expect(after.embeds[0]).toMatchObject({
        title: "Vault Transfer Request",
        author: { name: "Transfer request approved" },
        fields: [
          lines[0],
          lines[1],
          { name: "Status", value: "approved" },
          { name: "Decided by", value: `<@${world.linus.id}>` },
          { name: "Settled" }
        ]
      })
    })
  )

  it.scoped("says so when Mochi does not process a request that is still pending", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { card, code } = yield* kudosCard(world)
      yield* withFault(world, { fault: Fault.Status({ status: 400 }), operations: ["approve"], times: 1 })
      const click = yield* press(world, card, "approve")
      expectError(yield* click.followUpWhen(() => true), "could not be processed", world.linus)
      expectUntouched(world, card)
      yield* press(world, now(world, card), "approve")
      expect(fieldOf(yield* settled(world, card), "Status")).toBe("approved")
      expect(yield* decisions(world, code)).toHaveLength(2)
    })
  )

  const status = (code: number) => Fault.Status({ status: code })
  const outages: ReadonlyArray<readonly [Operation, Fault, tries: number]> = [
    ["approve", status(503), 2],
    ["approve", status(408), 2],
    ["approve", status(404), 1],
    ["approve", status(302), 1],
    ["approve", Fault.ResetBefore(), 2],
    ["profileByDiscord", status(503), 0],
    ["profileByDiscord", status(403), 0],
    ["profileByDiscord", Fault.Malformed({ kind: "html" }), 0]
  ]
  it.scoped.each(outages)("keeps the buttons while Mochi's %s fails with %j", ([operation, fault, tries]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { card, code } = yield* foreignCard(world)
      yield* withFault(world, { fault, operations: [operation] })
      const click = yield* press(world, card, "approve")
      const told = yield* click.followUpWhen(() => true)
      expectError(told, "Transfer request is not available at the moment", world.linus)
      expectUntouched(world, card)
      const calls = yield* decisions(world, code)
      expect(calls).toHaveLength(tries)
      expect(new Set(calls.map(({ headers }) => headers["idempotency-key"])).size).toBe(Math.min(tries, 1))
    })
  )

  it.scoped.each([status(500), status(403), Fault.Malformed({ kind: "wrongTypes" })])(
    "keeps the buttons where the status of a settled request cannot be read (%j)",
    fault =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { card, code } = yield* foreignCard(world)
        yield* Effect.scoped(Effect.zipRight(withoutWebhooks(world), world.mochi.decide(code, "expired")))
        yield* withFault(world, { fault, operations: ["request"] })
        const click = yield* press(world, card, "approve")
        const told = yield* click.followUpWhen(() => true)
        expectError(told, "Transfer request is not available at the moment", world.linus)
        expectUntouched(world, card)
      })
  )

  it.scoped.each([Fault.ResetAfter(), Fault.StatusAfter({ status: 502 })])(
    "counts a decision whose answer was lost as this click's (%j)",
    fault =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { card, code } = yield* kudosCard(world)
        yield* withoutWebhooks(world)
        yield* withFault(world, { fault, operations: ["approve"], times: 1 })
        const click = yield* press(world, card, "approve")
        const after = yield* settled(world, card)
        expect(after.embeds[0]?.author?.name).toBe("Transfer request approved")
        expect(fieldOf(after, "Decided by")).toBe(`<@${world.linus.id}>`)
        const calls = yield* decisions(world, code)
        expect(calls).toHaveLength(2)
        expect(calls[0]?.headers["idempotency-key"]).toBe(calls[1]?.headers["idempotency-key"])
        expect(click.followUps()).toEqual([])
      })
  )

  it.scoped("sends one decision for two clicks at once, and tells the second", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { card, code } = yield* kudosCard(world)
      yield* withFault(world, {
        fault: Fault.Latency({ duration: "400 millis" }),
        operations: ["approve", "reject"]
      })
      const clicks = yield* Effect.all(
        [press(world, card, "approve"), press(world, card, "reject"), press(world, card, "approve")],
        { concurrency: "unbounded" }
      )
      yield* settled(world, card)
      const told = clicks.flatMap(click => click.followUps())
      expect(told).toHaveLength(2)
      for (const message of told) expectError(message, "already being processed", world.linus)
      expect(yield* decisions(world, code)).toHaveLength(1)
    })
  )

  it.effect("handles a click that is delivered twice once", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { card, code } = yield* foreignCard(world)
      world.discord.deliverTwice(1)
      const click = yield* press(world, card, "reject")
      expect(fieldOf(yield* settled(world, card), "Status")).toBe("rejected")
      expect(yield* decisions(world, code)).toHaveLength(1)
      expect(click.followUps()).toEqual([])
      expect(click.interaction.refusedCallbacks).toEqual([])
    })
  )

  it.effect.each([
    ["the former bot", undefined, (verb: string, code: string) => `transfer_request_${verb}-${code}-123`],
    ["a code with dashes", "DASH-ED--7", (verb: string, code: string) => `${verb}-${code}-123`],
    ["a code that needs encoding", "a/b?c#d é%2F", (verb: string, code: string) => `${verb}-${code}-123`]
  ] as const)("honours the card of %s", ([, code, idOf]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const foreign = yield* foreignCard(world, code, idOf)
      yield* press(world, foreign.card, "approve")
      expect(fieldOf(yield* settled(world, foreign.card), "Status")).toBe("approved")
      expect(Option.getOrUndefined(yield* world.mochi.request(foreign.code))?.status).toBe("success")
    })
  )

  it.effect.each([
    "hello",
    "approve",
    "approve-",
    "approve-ABC",
    "approve-ABC-",
    "approve-ABC-12x",
    "approve--123",
    "APPROVE-ABC-123",
    "reject-ABC-１２３",
    "view-z-ABC-123",
    "privacy-steal-184027593016284160",
    "__proto__-a-1",
    "transfer_request_-ABC-123",
    "-".repeat(100),
    "💥".repeat(50)
  ])("answers that a button called %s is no longer valid", customId =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, grace, mochi } = world
      const card = postCard(world, [customId])
      yield* mochi.forgetCalls
      const click = yield* discord.people.pressButton({ user: grace, message: card, customId })
      const { callback } = yield* click.acked
      expect(callback.type).toBe(4)
      const answer = yield* click.answered
      expectError(answer, "no longer valid", grace)
      expect(now(world, card).versions).toHaveLength(1)
      expect((yield* mochi.calls).filter(({ operation }) => operation !== "health")).toEqual([])
    })
  )

  it.effect.each([".", ".."])("lets a request called %s reach no address at Mochi", code =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const card = postCard(world, [`approve-${code}-123`, `reject-${code}-123`])
      yield* world.mochi.forgetCalls
      const click = yield* press(world, card, "approve")
      const told = yield* click.followUpWhen(() => true)
      expectError(told, "Transfer request is not available at the moment", world.linus)
      const calls = yield* world.mochi.calls
      expect(calls.flatMap(({ operation }) => (operation === "health" ? [] : [operation]))).toEqual([
        "profileByDiscord"
      ])
    })
  )

  it.effect("were answered only as Discord's document allows, and the service lives on", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      expectValidRequests(world)
      yield* expectAlive(world)
    })
  )
})
