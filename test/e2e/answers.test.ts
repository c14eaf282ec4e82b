import { describe, expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import type { Message } from "../../sandbox/discord/Model.ts"
import type { FaultEffect } from "../../sandbox/discord/Faults.ts"
import { buttonsOf, fieldOf } from "../../sandbox/transcript.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { expectError, sendKudos, textOf, withFault } from "./steps.ts"
import { inDatabase } from "./stored.ts"
import { makeRunningWorld } from "./world.ts"
import type { World } from "./world.ts"

const original = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"

/** Until the test ends. */
const troubled = ({ discord }: World, effect: FaultEffect, times: number, on = original) =>
  Effect.acquireRelease(
    Effect.sync(() => discord.faults.add({ on, times, effect })),
    remove => Effect.sync(remove)
  )

const html = "<html>Sorry, you have been blocked</html>"

const troubles: ReadonlyArray<readonly [string, FaultEffect, number]> = [
  ["429s without a time", { kind: "status", status: 429, html: "slow down" }, 3],
  ["429s whose time stands in the JSON alone", { kind: "rateLimit", retryAfterMs: 700, headers: false }, 2],
  ["a 429 of 17 seconds", { kind: "rateLimit", retryAfterMs: 17_000 }, 1],
  ["a proxy's 403s", { kind: "status", status: 403, html }, 6],
  ["a proxy's 404s", { kind: "status", status: 404, html }, 6],
  ["404s of no code", { kind: "status", status: 404 }, 6],
  ["a proxy's 401s", { kind: "status", status: 401, html }, 2],
  ["5xx for longer than one call is repeated", { kind: "status", status: 503 }, 6],
  ["lost connections", { kind: "cut", when: "before" }, 3],
  ["lost answers", { kind: "cut", when: "after" }, 3],
  ["an answer of 200 that is a page", { kind: "status", status: 200, html }, 2]
]

/** The direct messages that the person has got since. */
const newDms = ({ ada, discord }: World) =>
  Effect.sync(() => {
    const before = discord.dmsOf(ada).length
    return () => discord.dmsOf(ada).slice(before)
  })

const until = (condition: () => boolean, what: string) =>
  Effect.suspend(() => (condition() ? Effect.void : Effect.fail(what))).pipe(
    Effect.retry(Schedule.spaced("20 millis")),
    Effect.timeout("25 seconds")
  )

const deadToken: FaultEffect = {
  kind: "status",
  status: 404,
  body: { message: "Unknown Webhook", code: 10_015 }
}

const statuses = (message: Message | undefined) =>
  (message?.versions ?? [])
    .filter(({ embeds }) => embeds.length > 0)
    .map(version => version.embeds[0]?.fields?.find(({ name }) => name === "Status")?.value ?? "pending")

const createdBy = ({ mochi }: World, interactionId: string) =>
  Effect.map(mochi.requests, requests =>
    requests.filter(({ requesterMetadata }) => requesterMetadata["interaction_id"] === interactionId)
  )

/** Once Mochi has it. */
const created = (world: World, interactionId: string) =>
  Effect.flatMap(createdBy(world, interactionId), ([request]) =>
    request === undefined ? Effect.fail("not yet") : Effect.succeed(request)
  ).pipe(Effect.retry(Schedule.spaced("20 millis")), Effect.timeout("20 seconds"))

/** Until the service owes the person nothing more. */
const untilAnswered = (world: World, interactionId: string) =>
  Effect.repeat(
    inDatabase(
      world,
      sql => sql`select 1 from interactions where id = ${interactionId} and not awaits_answer`
    ),
    { schedule: Schedule.spaced("50 millis"), until: rows => rows.length === 1 }
  ).pipe(Effect.timeout("20 seconds"))

/** One for each test: an answer that is still repeated meets no other test's trouble, and all of them wait at once. */
const runningWorld = makeRunningWorld()

describe.concurrent("the answer that a person waits for", () => {
  it.scopedLive.each(troubles)("comes in spite of %s (C2)", ([, effect, times]) =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      const dms = yield* newDms(world)
      yield* troubled(world, effect, times)
      const run = yield* sendKudos(world)
      const answer = yield* run.answeredWhen(() => true, 40_000)
      expect(textOf(answer)).toContain("Kudos Request Created")
      expect(yield* createdBy(world, run.interaction.id)).toHaveLength(1)
      expect(dms()).toEqual([])
    })
  )

  it.scopedLive("comes as a direct message, once, where its token is dead (C2)", () =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      const dms = yield* newDms(world)
      yield* troubled(world, deadToken, Number.POSITIVE_INFINITY)
      // An amount of its own: an answer that another test left behind may come as a direct message now, too.
      const run = yield* sendKudos(world, { amount: "7.25" })
      const told = () =>
        dms()
          .map(textOf)
          .filter(text => text.includes("Kudos Request Created") && text.includes("7.25"))
      yield* until(() => told().length > 0, "no direct message")
      yield* untilAnswered(world, run.interaction.id)
      expect(told()).toHaveLength(1)
      const tries = world.discord.requests.of(original)
      expect(tries.filter(({ path }) => path.includes(run.interaction.token))).toHaveLength(1)
    })
  )

  it.scopedLive("comes as a direct message whatever was asked: a refusal, a view of one's data (C2)", () =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      const { ada, channel, discord, guild } = world
      const dms = yield* newDms(world)
      yield* troubled(world, deadToken, Number.POSITIVE_INFINITY)
      yield* sendKudos(world, { amount: "nothing" })
      yield* until(() => dms().length === 1, "no direct message")
      expect(textOf(dms()[0]!)).toContain("Please enter a valid positive number")
      yield* discord.people.slashCommand({ user: ada, guild, channel, name: "privacy", subcommand: "export" })
      yield* until(() => dms().length === 2, "no file")
      expect(dms()[1]!.attachments.map(({ filename }) => filename)).toEqual(["mochi-data.json"])
    })
  )

  it.scopedLive("leaves a trace of it where direct messages are closed too (C2)", () =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      const { ada, discord } = world
      yield* troubled(world, deadToken, Number.POSITIVE_INFINITY)
      yield* Effect.acquireRelease(
        Effect.sync(() => discord.world.setDmsOpen(ada, false)),
        () => Effect.sync(() => discord.world.setDmsOpen(ada, true))
      )
      const run = yield* sendKudos(world)
      yield* untilAnswered(world, run.interaction.id)
      expect(yield* createdBy(world, run.interaction.id)).toHaveLength(1)
    })
  )

  it.scopedLive("whose edit failed once never goes back from what came meanwhile (H1)", () =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      yield* troubled(world, { kind: "latency", ms: 2500 }, 1)
      yield* troubled(world, { kind: "status", status: 500 }, 1)
      const run = yield* sendKudos(world)
      const request = yield* created(world, run.interaction.id)
      yield* world.mochi.decide(request.code, "approved")
      yield* run.answeredWhen(message => fieldOf(message, "Status") === "approved", 15_000)
      yield* Effect.sleep("4 seconds")
      expect(new Set(statuses(run.original()))).toEqual(new Set(["approved"]))
    })
  )

  it.scopedLive("that it may have been created never covers the request that showed up meanwhile (H1)", () =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      yield* withFault(world, { fault: Fault.ResetAfter(), operations: ["createTransferRequest"], times: 1 })
      yield* withFault(world, { fault: Fault.Status({ status: 503 }), operations: ["transferRequests"] })
      yield* troubled(world, { kind: "latency", ms: 4000 }, 1)
      yield* troubled(world, { kind: "status", status: 500 }, 1)
      const run = yield* sendKudos(world)
      const request = yield* created(world, run.interaction.id)
      yield* until(() => world.discord.requests.of(original).length > 0, "the edit")
      yield* world.mochi.decide(request.code, "approved")
      yield* run.answeredWhen(message => fieldOf(message, "Status") === "approved", 25_000)
      yield* Effect.sleep("5 seconds")
      expect(new Set(statuses(run.original()))).toEqual(new Set(["approved"]))
    })
  )

  it.scopedLive("on a card whose edit failed once is drawn of the newest state (H1)", () =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      const { discord, linus, mochi } = world
      const run = yield* sendKudos(world)
      yield* run.answered
      const request = yield* created(world, run.interaction.id)
      const card = yield* discord.until("the owner's card", () =>
        discord.dmsOf(linus).find(message => textOf(message).includes(`Request ${request.code}`))
      )
      yield* troubled(world, { kind: "latency", ms: 3500 }, 1)
      yield* troubled(world, { kind: "status", status: 500 }, 1)
      const approve = buttonsOf(card).find(({ label }) => label === "Approve")
      yield* discord.people.pressButton({ user: linus, message: card, customId: approve?.custom_id ?? "" })
      yield* Effect.repeat(createdBy(world, run.interaction.id), {
        schedule: Schedule.spaced("20 millis"),
        until: ([found]) => found?.status === "success"
      })
      yield* mochi.decide(request.code, "failed")
      yield* until(() => statuses(discord.messages.get(card.id)).includes("failed"), "the failed card")
      yield* Effect.sleep("4 seconds")
      const shown = statuses(discord.messages.get(card.id))
      expect(shown.slice(shown.indexOf("failed"))).toEqual(
        shown.slice(shown.indexOf("failed")).map(() => "failed")
      )
    })
  )

  it.scopedLive("to a press is given although its follow-up failed at first (C2)", () =>
    Effect.gen(function* () {
      const world = yield* runningWorld
      const { discord, linus } = world
      const run = yield* sendKudos(world)
      yield* run.answered
      const request = yield* created(world, run.interaction.id)
      const card = yield* discord.until("the owner's card", () =>
        discord.dmsOf(linus).find(message => textOf(message).includes(`Request ${request.code}`))
      )
      yield* troubled(
        world,
        { kind: "status", status: 403, html },
        2,
        "POST /webhooks/{webhook_id}/{webhook_token}"
      )
      yield* withFault(world, { fault: Fault.Status({ status: 403 }), operations: ["approve"], times: 1 })
      const approve = buttonsOf(card).find(({ label }) => label === "Approve")
      const pressed = yield* discord.people.pressButton({
        user: linus,
        message: card,
        customId: approve?.custom_id ?? ""
      })
      const told = yield* pressed.followUpWhen(() => true, 15_000)
      expectError(told, "Only the application owner can", linus)
    })
  )
})
