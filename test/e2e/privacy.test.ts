import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import * as Database from "../../src/adapters/postgres/Database.ts"
import type { Message, User } from "../../sandbox/discord/Model.ts"
import { buttonsOf } from "../../sandbox/transcript.ts"
import { findInDatabase } from "../support/databaseSearch.ts"
import { sendKudos } from "./steps.ts"
import { makeRunningWorld } from "./world.ts"
import type { World } from "./world.ts"

const inDatabase = <A, E>(world: World, work: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.flatMap(Database.connect(Redacted.make(world.environment["DATABASE_URL"]!)), context =>
    Effect.provide(work, context)
  ).pipe(Effect.scoped)

const privacy = ({ channel, discord, guild }: World, user: User, subcommand: string) =>
  Effect.gen(function* () {
    yield* discord.until("the registration of /privacy", () => discord.commands.find(guild.id, "privacy"))
    return yield* discord.people.slashCommand({ user, guild, channel, name: "privacy", subcommand })
  })

const button = (message: Message, label: string): string =>
  buttonsOf(message).find(each => each.label === label)!.custom_id!

it.scopedLive("/privacy: what was stored is exported, then gone, and the books stay", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    const { ada, discord } = world
    yield* Effect.flatMap(sendKudos(world), run => run.answered)
    yield* discord.awaitMessage(message => message.embeds[0]?.title === "Vault Transfer Request")

    const exported = yield* Effect.flatMap(privacy(world, ada, "export"), run => run.answered)
    const [file] = exported.attachments
    expect(file?.filename).toBe("mochi-data.json")
    expect(exported.flags & 64).toBe(64)
    const json = JSON.parse(Buffer.from(file!.bytes).toString())
    expect(json).toMatchObject({ discord_user_id: ada.id, mochi_profile_ids: ["90101"] })
    expect(json.stored.kudos_intents).toHaveLength(1)
    expect(JSON.stringify(json.stored)).not.toContain('"token"')

    const asked = yield* Effect.flatMap(privacy(world, ada, "delete"), run => run.answered)
    const pressed = yield* discord.people.pressButton({
      user: ada,
      message: asked,
      customId: button(asked, "Erase my data")
    })
    yield* pressed.answeredWhen(message => message.embeds[0]?.title === "Your data was erased")
    yield* inDatabase(world, findInDatabase(ada.id)).pipe(
      Effect.tap(({ found }) => Effect.sync(() => expect(found).toEqual([]))),
      Effect.delay("300 millis")
    )
    const deeds = yield* inDatabase(
      world,
      Effect.flatMap(
        SqlClient.SqlClient,
        sql => sql`select action, outcome, trace_id is not null as traced, starts_with(actor, 'erased:') as erased
          from audit_log order by id`
      )
    )
    expect(deeds).toContainEqual({ action: "kudos", outcome: "success", traced: true, erased: true })
    expect(deeds).toContainEqual({ action: "mochi_create", outcome: "success", traced: true, erased: true })
    expect(deeds).toContainEqual({ action: "privacy_delete", outcome: "success", traced: true, erased: true })
    expect(deeds).toContainEqual({ action: "webhook", outcome: "accepted", traced: true, erased: false })
    expect(deeds).toContainEqual({
      action: "deliver",
      outcome: "delivered: approval_card",
      traced: true,
      erased: false
    })
  })
)

it.scopedLive(
  "/privacy notifications off: the recipient of approved kudos hears nothing, the owner does",
  () =>
    Effect.gen(function* () {
      const world = yield* makeRunningWorld()
      const { discord, grace, linus } = world
      const chosen = yield* Effect.flatMap(privacy(world, grace, "notifications off"), run => run.answered)
      expect(JSON.stringify(chosen.embeds)).toContain("Notifications are off")
      yield* Effect.flatMap(sendKudos(world), run => run.answered)
      const card = yield* discord.awaitMessage(
        message => message.embeds[0]?.title === "Vault Transfer Request"
      )
      yield* discord.people.pressButton({ user: linus, message: card, customId: button(card, "Approve") })
      const settled = inDatabase(
        world,
        Effect.flatMap(
          SqlClient.SqlClient,
          sql => sql`select from notifications where audience = 'recipient' and state = 'delivered'`
        )
      )
      yield* Effect.repeat(settled, {
        until: rows => rows.length === 1,
        schedule: Schedule.spaced("50 millis")
      })
      expect(discord.dmsOf(grace)).toEqual([])
      expect(discord.dmsOf(linus)).toHaveLength(1)
    })
)
