import { expect, it } from "@effect/vitest"
import { Client, Events, GatewayIntentBits, MessageFlags, SlashCommandBuilder } from "discord.js"
import type { ChatInputCommandInteraction } from "discord.js"
import { Effect } from "effect"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import type { FakeDiscordService } from "../../../sandbox/discord/FakeDiscord.ts"
import { openApiAvailable, requestFaults, responseFaults } from "../../support/openapi.ts"

/** A bot as anybody would write one with discord.js; it knows nothing of the fake but an address. */
const startBot = (discord: FakeDiscordService) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new Client({
        intents: [GatewayIntentBits.Guilds, GatewayIntentBits.DirectMessages],
        rest: { api: `${discord.url}/api` }
      })
      const ready = new Promise(resolve => client.once(Events.ClientReady, resolve))
      await client.login(discord.token)
      await ready
      return client
    }),
    client => Effect.promise(() => client.destroy())
  )

const echo = new SlashCommandBuilder()
  .setName("echo")
  .setDescription("Says it back")
  .addStringOption(option =>
    option.setName("text").setDescription("What to say").setRequired(true).setAutocomplete(true)
  )
  .addUserOption(option => option.setName("whom").setDescription("Whom to tell"))

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make()
  const alice = discord.world.addUser({ username: "alice" })
  const bob = discord.world.addUser({ username: "bob" })
  const guild = discord.world.addGuild({ name: "Home", members: [alice, bob] })
  const client = yield* startBot(discord)
  return { discord, alice, bob, guild, client }
})

it.scopedLive("discord.js logs in and sees its guilds", () =>
  Effect.gen(function* () {
    const { client, discord, guild } = yield* setUp
    expect(client.user?.id).toBe(discord.applicationId)
    expect(client.guilds.cache.get(guild.id)?.name).toBe("Home")
    expect(client.guilds.cache.get(guild.id)?.channels.cache.size).toBe(1)
  })
)

it.scopedLive("a command is registered, deferred and edited, and its suggestions arrive", () =>
  Effect.gen(function* () {
    const { alice, bob, client, discord, guild } = yield* setUp
    const registered = yield* Effect.promise(() => client.application!.commands.set([echo]))
    expect(registered.first()?.options).toMatchObject([
      { name: "text", type: 3, required: true, autocomplete: true },
      { name: "whom", type: 6, required: false }
    ])

    client.on(Events.InteractionCreate, async interaction => {
      if (interaction.isAutocomplete()) {
        await interaction.respond([{ name: `${interaction.options.getFocused()}!`, value: "x" }])
      }
      if (interaction.isChatInputCommand()) {
        await interaction.deferReply({ flags: MessageFlags.Ephemeral })
        const member = interaction.options.getMember("whom")
        await interaction.editReply(
          `${interaction.options.getString("text")} to ${member && "user" in member ? member.user.username : "nobody"}`
        )
        await interaction.followUp({
          content: "and more",
          files: [{ attachment: Buffer.from("{}"), name: "a.json" }]
        })
      }
    })

    const typing = yield* discord.people.autocomplete({
      user: alice,
      guild,
      name: "echo",
      focused: { name: "text", value: "he" }
    })
    expect(yield* typing.choices).toEqual([{ name: "he!", value: "x" }])

    const run = yield* discord.people.slashCommand({
      user: alice,
      guild,
      name: "echo",
      options: { text: "hello", whom: bob }
    })
    expect((yield* run.acked).callback).toEqual({ type: 5, flags: 64 })
    const answer = yield* run.answered
    const general = discord.world.general(guild)
    expect(answer.content).toBe("hello to bob")
    expect(discord.messages.visibleTo(alice.id, general.id).map(message => message.id)).toContain(answer.id)
    expect(discord.messages.visibleTo(bob.id, general.id).map(message => message.id)).not.toContain(answer.id)
    const more = yield* run.followUpWhen(message => message.content === "and more")
    expect(requestFaults(discord.requests.all)).toEqual([])
    expect(responseFaults(discord.requests.all)).toEqual([])
    expect(more.attachments.map(file => [file.filename, Buffer.from(file.bytes).toString()])).toEqual([
      ["a.json", "{}"]
    ])
  })
)

it.scopedLive("more messages than a bucket allows all arrive, in order and without a 429", () =>
  Effect.gen(function* () {
    const { alice, client, discord } = yield* setUp
    const user = yield* Effect.promise(() => client.users.fetch(alice.id))
    yield* Effect.promise(() =>
      Promise.all(["1", "2", "3", "4", "5", "6", "7"].map(content => user.send({ content })))
    )
    expect(discord.dmsOf(alice).map(message => message.content)).toEqual(["1", "2", "3", "4", "5", "6", "7"])
    expect(discord.requests.rateLimited()).toBe(0)
    const [first, last] = [discord.dmsOf(alice).at(0)!, discord.dmsOf(alice).at(-1)!]
    expect(last.createdAt - first.createdAt).toBeGreaterThan(4000)
  })
)

it.scopedLive("a client that meets a 429 waits as told and comes through", () =>
  Effect.gen(function* () {
    const { alice, client, discord } = yield* setUp
    discord.faults.add({
      on: "POST /channels/{channel_id}/messages",
      times: 1,
      effect: { kind: "rateLimit", retryAfterMs: 300, scope: "shared" }
    })
    const user = yield* Effect.promise(() => client.users.fetch(alice.id))
    yield* Effect.promise(() => user.send("once"))
    expect(discord.dmsOf(alice).map(message => message.content)).toEqual(["once"])
    expect(discord.requests.rateLimited()).toBe(1)
  })
)

it.scopedLive("after a dropped socket the session is resumed, and what came meanwhile is answered", () =>
  Effect.gen(function* () {
    const { alice, client, discord, guild } = yield* setUp
    yield* Effect.promise(() => client.application!.commands.set([echo]))
    const seen: Array<ChatInputCommandInteraction> = []
    client.on(Events.InteractionCreate, async interaction => {
      if (!interaction.isChatInputCommand()) return
      seen.push(interaction)
      await interaction.reply("here I am")
    })
    const session = discord.gateway.sessions()[0]!
    discord.gateway.cut()
    yield* discord.until("the cut", () => (discord.gateway.sessions()[0]?.connected ? undefined : true))
    const run = yield* discord.people.slashCommand({
      user: alice,
      guild,
      name: "echo",
      options: { text: "x" }
    })
    expect((yield* run.answered).content).toBe("here I am")
    expect(seen).toHaveLength(1)
    expect(discord.gateway.identifies).toHaveLength(1)
    expect(discord.gateway.sessions().map(({ connected, id }) => ({ connected, id }))).toEqual([
      { connected: true, id: session.id }
    ])
  })
)

it.skipIf(!openApiAvailable)("the OpenAPI check tells a wrong body from a right one", () => {
  const record = { method: "POST", route: "/channels/{channel_id}/messages", path: "", query: {}, files: [] }
  const sent = { ...record, userAgent: null, contentType: null, at: 0, status: 200, response: undefined }
  const check = (body: unknown) => requestFaults([{ ...sent, body }])
  expect(check({ content: "x", nonce: "1", enforce_nonce: true })).toEqual([])
  expect(check({ content: 1 })).toHaveLength(1)
  expect(check({ content: "x".repeat(2001) })).toHaveLength(1)
  expect(check({ components: [{ type: 1, components: [] }] })).toHaveLength(1)
  expect(check({ nonce: "x".repeat(26) })).toHaveLength(1)
})
