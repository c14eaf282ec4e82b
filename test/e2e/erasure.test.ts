import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import type { Message, User } from "../../sandbox/discord/Model.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { buttonsOf } from "../../sandbox/transcript.ts"
import { findInDatabase } from "../support/databaseSearch.ts"
import { sendKudos, textOf, withFault } from "./steps.ts"
import { inDatabase, notificationsOf } from "./stored.ts"
import { makeRunningWorld } from "./world.ts"
import type { World } from "./world.ts"

/** Runs `/privacy` as somebody; the answer. */
const privacy = ({ channel, discord, guild }: World, user: User, subcommand: string) =>
  Effect.gen(function* () {
    yield* discord.until("the registration of /privacy", () => discord.commands.find(guild.id, "privacy"))
    const run = yield* discord.people.slashCommand({ user, guild, channel, name: "privacy", subcommand })
    return yield* run.answered
  })

const press = ({ discord }: World, user: User, message: Message, label: string) =>
  discord.people.pressButton({
    user,
    message,
    customId: buttonsOf(message).find(each => each.label === label)!.custom_id!
  })

const owners = (world: World) =>
  world.discord.awaitMessage(message => message.embeds[0]?.title === "Vault Transfer Request")

/** Every place of the database with this text in it. */
const placesOf = (world: World, text: string) =>
  inDatabase(world, sql =>
    Effect.provideService(
      Effect.map(findInDatabase(text), ({ found }) => found),
      SqlClient.SqlClient,
      sql
    )
  )

const eventually = <A>(look: Effect.Effect<A, unknown>, holds: (found: A) => boolean) =>
  look.pipe(
    Effect.repeat({ until: holds, schedule: Schedule.spaced("100 millis") }),
    Effect.timeout("40 seconds")
  )

/** How the question reads in the end. */
const settledQuestion = ({ discord }: World, question: Message) =>
  discord.until("the end of the question", () => {
    const now = discord.messages.get(question.id)
    return now !== undefined && buttonsOf(now).length === 0 ? now : undefined
  })

it.scopedLive("the question before an erasure is edited to its end, without buttons (N10)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    const { ada, grace } = world
    for (const [user, label, words] of [
      [ada, "Erase my data", "Your data was erased"],
      [grace, "Keep it", "Your data was kept"]
    ] as const) {
      const question = yield* privacy(world, user, "delete")
      expect(buttonsOf(question)).toHaveLength(2)
      const pressed = yield* press(world, user, question, label)
      const ended = yield* settledQuestion(world, question)
      expect(textOf(ended)).toContain(words)
      expect(pressed.original()?.id).toBe(question.id)
    }
  })
)

it.scopedLive("Keep it, pressed while Erase is under way, does not claim that the data was kept (N10)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    const { ada } = world
    const question = yield* privacy(world, ada, "delete")
    yield* withFault(world, {
      fault: Fault.Latency({ duration: "1 second" }),
      operations: ["profileByDiscord"]
    })
    yield* press(world, ada, question, "Erase my data")
    yield* eventually(
      inDatabase(world, sql => sql`select from unfinished_erasures`),
      rows => rows.length > 0
    )
    yield* Effect.ignore(press(world, ada, question, "Keep it"))
    const ended = yield* settledQuestion(world, question)
    expect(textOf(ended)).toMatch(/came too late|was erased/)
    const last = yield* world.discord.until("the end of the erasure", () => {
      const now = world.discord.messages.get(question.id)
      return now !== undefined && textOf(now).includes("Your data was erased") ? now : undefined
    })
    expect(buttonsOf(last)).toEqual([])
  })
)

it.scopedLive("an erasure while Mochi is down says that it is incomplete, and finishes by itself (A10)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    const { linus } = world
    yield* Effect.flatMap(sendKudos(world), run => run.answered)
    yield* owners(world)
    yield* eventually(
      inDatabase(world, sql => sql`select from notifications where state = 'delivered'`),
      rows => rows.length === 1
    )
    const repair = yield* world.mochi.faults.add({
      fault: Fault.Status({ status: 503 }),
      operations: ["profileByDiscord"]
    })
    const question = yield* privacy(world, linus, "delete")
    yield* press(world, linus, question, "Erase my data")
    const ended = yield* settledQuestion(world, question)
    expect(textOf(ended)).not.toContain("Your data was erased")
    expect(textOf(ended)).toContain("not complete yet")
    expect(yield* placesOf(world, "90103")).not.toEqual([])
    yield* repair
    yield* eventually(placesOf(world, linus.id), found => found.length === 0)
    yield* eventually(placesOf(world, "90103"), found => found.length === 0)
    expect(yield* inDatabase(world, sql => sql`select from shown_messages`)).toEqual([])
  })
)

for (const who of ["ada", "grace"] as const)
  it.scopedLive(`a /kudos under way does not bring ${who} back, who was erased meanwhile (A21)`, () =>
    Effect.gen(function* () {
      const world = yield* makeRunningWorld()
      const person = world[who]
      const question = yield* privacy(world, person, "delete")
      yield* withFault(world, {
        fault: Fault.Latency({ duration: "3 seconds" }),
        operations: ["balances"]
      })
      const run = yield* sendKudos(world)
      yield* eventually(
        inDatabase(world, sql => sql`select from interactions where awaits_answer`),
        rows => rows.length === 1
      )
      const erased = yield* press(world, person, question, "Erase my data")
      yield* erased.answeredWhen(message => textOf(message).includes("erased"))
      yield* run.answeredWhen(() => true, 25_000)
      yield* Effect.sleep("1 second")
      expect(yield* placesOf(world, person.id)).toEqual([])
      expect(yield* placesOf(world, who === "ada" ? "90101" : "90102")).toEqual([])
    })
  )

it.scopedLive("a delivery under way does not bring its reader back, who was erased meanwhile (A21)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    const question = yield* privacy(world, world.linus, "delete")
    world.discord.faults.add({
      on: "POST /users/@me/channels",
      effect: { kind: "latency", ms: 4_000 }
    })
    yield* Effect.flatMap(sendKudos(world), run => run.answered)
    yield* eventually(
      inDatabase(world, sql => sql`select from notifications where attempts > 0`),
      rows => rows.length === 1
    )
    yield* press(world, world.linus, question, "Erase my data")
    yield* settledQuestion(world, question)
    yield* eventually(
      inDatabase(world, sql => sql`select from notifications where state = 'delivered'`),
      rows => rows.length === 1
    )
    expect(yield* placesOf(world, world.linus.id)).toEqual([])
    expect(yield* placesOf(world, "90103")).toEqual([])
    expect(yield* inDatabase(world, sql => sql`select from shown_messages`)).toEqual([])
  })
)

it.scopedLive(
  "a person who uses the bot again after an erasure is a new person, and is stored again (A21)",
  () =>
    Effect.gen(function* () {
      const world = yield* makeRunningWorld()
      const question = yield* privacy(world, world.ada, "delete")
      yield* press(world, world.ada, question, "Erase my data")
      yield* settledQuestion(world, question)
      yield* Effect.flatMap(sendKudos(world), run => run.answered)
      yield* owners(world)
      const [intent] = yield* inDatabase(
        world,
        sql => sql<{ id: string }>`select requester_discord_id as id from kudos_intents`
      )
      expect(intent?.id).toBe(world.ada.id)
    })
)

it.scopedLive("what is owed to somebody who was erased is no dead letter (A11)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    yield* Effect.flatMap(sendKudos(world), run => run.answered)
    const card = yield* owners(world)
    const question = yield* privacy(world, world.ada, "delete")
    yield* press(world, world.ada, question, "Erase my data")
    yield* settledQuestion(world, question)
    yield* press(world, world.linus, card, "Approve")
    const [{ code } = { code: "" }] = yield* inDatabase(
      world,
      sql => sql<{ code: string }>`select code from transfer_requests`
    )
    const notifications = yield* notificationsOf(world, code, 3)
    expect(notifications.filter(({ state }) => state === "dead")).toEqual([])
    yield* Effect.sleep("1 second")
    expect(yield* placesOf(world, world.ada.id)).toEqual([])
    expect(yield* placesOf(world, "90101")).toEqual([])
  })
)

it.scopedLive("a fourth export in a day is refused, with the moment to try again (A6)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    for (let times = 0; times < 3; times += 1)
      expect((yield* privacy(world, world.ada, "export")).attachments).toHaveLength(1)
    const refused = yield* privacy(world, world.ada, "export")
    expect(refused.attachments).toHaveLength(0)
    expect(textOf(refused)).toMatch(/You are doing that too often.*<t:\d+:R>/)
    expect((yield* privacy(world, world.grace, "export")).attachments).toHaveLength(1)
  })
)

it.scopedLive("what the limit refuses is not written into the audit log (A24)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld({ environment: { USER_RATE_LIMIT: "2/60" } })
    for (let times = 0; times < 12; times += 1) yield* privacy(world, world.ada, "notifications on")
    yield* Effect.sleep("500 millis")
    const deeds = yield* inDatabase(
      world,
      sql => sql<{ outcome: string }>`select outcome from audit_log where action = 'privacy'`
    )
    expect(deeds.map(({ outcome }) => outcome)).toEqual(["success", "success", "success", "success"])
  })
)

it.scopedLive("a recipient's export has a request once it was approved, and nobody else's data (A22)", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    const { ada, channel, grace, linus } = world
    const exported = Effect.gen(function* () {
      const [file] = (yield* privacy(world, grace, "export")).attachments
      const text = Buffer.from(file!.bytes).toString()
      return { text, stored: JSON.parse(text).stored }
    })
    yield* Effect.flatMap(sendKudos(world, { reason: "a secret until it is approved" }), run => run.answered)
    const first = yield* owners(world)
    yield* press(world, linus, first, "Reject")
    yield* eventually(
      inDatabase(world, sql => sql`select from transfer_requests where status = 'rejected'`),
      rows => rows.length === 1
    )
    const before = yield* exported
    expect(before.stored.transfer_requests).toEqual([])
    expect(before.text).not.toContain("secret until")

    yield* Effect.flatMap(sendKudos(world, { reason: "for the docs" }), run => run.answered)
    const second = yield* world.discord.awaitMessage(
      message =>
        message.embeds[0]?.title === "Vault Transfer Request" && textOf(message).includes("for the docs")
    )
    yield* press(world, linus, second, "Approve")
    yield* world.discord.awaitMessage(message => message.embeds[0]?.title === "Kudos Received")
    const after = yield* exported
    expect(after.stored.transfer_requests).toHaveLength(1)
    expect(after.text).toContain("for the docs")
    for (const other of [ada.id, linus.id, "90101", "90103", channel.id])
      expect(after.text).not.toContain(other)
  })
)
