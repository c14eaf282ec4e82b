import { expect, it } from "@effect/vitest"
import { Effect, Either, Schema } from "effect"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import { requestFaults, responseFaults } from "../../support/openapi.ts"
import { call } from "./rawBot.ts"

const messages = "/channels/{channel_id}/messages"

const decodeContents = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ content: Schema.String })))

const setUp = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make({
    routeLimits: { [`POST ${messages}`]: { limit: 100, windowMs: 1000 } },
    globalLimitPerSecond: 1000
  })
  const alice = discord.world.addUser({ username: "alice" })
  const guild = discord.world.addGuild({ name: "Home", members: [alice] })
  const channel = discord.world.general(guild)
  const send = (body: unknown, to = channel.id) => call(discord, "POST", `/channels/${to}/messages`, body)
  return { discord, alice, guild, channel, send, commands: `/applications/${discord.applicationId}/commands` }
})

it.scopedLive("a wrong token is 401, an unknown path 404, a wrong method 405", () =>
  Effect.gen(function* () {
    const { discord } = yield* setUp
    const refused = yield* call(discord, "GET", "/users/@me", undefined, { authorization: "Bot x" })
    expect([refused.status, refused.body]).toEqual([401, { message: "401: Unauthorized", code: 0 }])
    expect((yield* call(discord, "GET", "/nowhere")).status).toBe(404)
    expect((yield* call(discord, "DELETE", "/users/@me")).status).toBe(405)
    discord.refuseToken(true)
    expect((yield* call(discord, "GET", "/users/@me")).status).toBe(401)
  })
)

it.scopedLive("what the fake answers is valid under Discord's OpenAPI document", () =>
  Effect.gen(function* () {
    const { alice, channel, commands, discord, guild, send } = yield* setUp
    const { says } = yield* send({
      content: "hi",
      embeds: [{ title: "t" }],
      components: [{ type: 1, components: [{ type: 2, style: 1, label: "x", custom_id: "x" }] }]
    })
    yield* call(discord, "PUT", commands, [
      {
        name: "a",
        description: "b",
        options: [{ type: 3, name: "o", description: "p", required: true, autocomplete: true }]
      }
    ])
    const paths = [
      "/gateway/bot",
      "/users/@me",
      "/applications/@me",
      "/oauth2/applications/@me",
      commands,
      `/users/${alice.id}`,
      `/guilds/${guild.id}`,
      `/guilds/${guild.id}/channels`,
      `/guilds/${guild.id}/members/${alice.id}`,
      `/channels/${channel.id}`,
      `/channels/${channel.id}/messages`,
      `/channels/${channel.id}/messages/${says("id")}`
    ]
    for (const path of paths) expect((yield* call(discord, "GET", path)).status).toBe(200)
    yield* call(discord, "POST", "/users/@me/channels", { recipient_id: alice.id })
    yield* call(discord, "PATCH", `/channels/${channel.id}/messages/${says("id")}`, { content: "ho" })
    expect(requestFaults(discord.requests.all)).toEqual([])
    expect(responseFaults(discord.requests.all)).toEqual([])
  })
)

it.scopedLive("commands come back with Discord's defaults and keep their ids", () =>
  Effect.gen(function* () {
    const { commands, discord } = yield* setUp
    const option = { type: 3, name: "o", description: "p" }
    const put = (description: string) =>
      call(discord, "PUT", commands, [{ name: "a", description, options: [{ ...option, required: false }] }])
    const first = yield* put("one")
    expect(first.says(0)).toMatchObject({
      integration_types: [0],
      contexts: null,
      nsfw: false,
      dm_permission: true,
      type: 1
    })
    expect((yield* call(discord, "GET", commands)).says(0, "options")).toEqual([option])
    const same = yield* put("one")
    expect(same.says(0)).toEqual(first.says(0))
    const changed = yield* put("two")
    expect(changed.says(0, "id")).toBe(first.says(0, "id"))
    expect(changed.says(0, "version")).not.toBe(first.says(0, "version"))
    expect((yield* call(discord, "POST", commands, { name: "b", description: "c" })).status).toBe(201)
    expect((yield* call(discord, "POST", commands, { name: "b", description: "d" })).status).toBe(200)
    expect((yield* call(discord, "DELETE", `${commands}/${first.says(0, "id")}`)).status).toBe(204)
    expect((yield* call(discord, "GET", `${commands}/${first.says(0, "id")}`)).says("code")).toBe(10063)
  })
)

it.scopedLive("bad commands are refused with the place of the fault", () =>
  Effect.gen(function* () {
    const { commands, discord } = yield* setUp
    const put = (...all: ReadonlyArray<unknown>) => call(discord, "PUT", commands, all)
    const option = (name: string, more: object = {}) => ({ type: 3, name, description: "d", ...more })
    expect((yield* put({ name: "Bad Name", description: "d" })).body).toEqual({
      message: "Invalid Form Body",
      code: 50035,
      errors: {
        0: {
          name: {
            _errors: [{ code: "APPLICATION_COMMAND_INVALID_NAME", message: "Command name is invalid" }]
          }
        }
      }
    })
    const late = yield* put({
      name: "a",
      description: "d",
      options: [option("x"), option("y", { required: true })]
    })
    expect(late.says("errors", 0, "options", 1, "_errors", 0, "code")).toBe(
      "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
    )
    const long = yield* put({ name: "a", description: "d".repeat(101) })
    expect(long.says("errors", 0, "description", "_errors", 0, "message")).toBe(
      "Must be between 1 and 100 in length."
    )
    const many = yield* put({
      name: "a",
      description: "d",
      options: Array.from({ length: 26 }, (_, i) => option(`o${i}`))
    })
    expect(many.says("errors", 0, "options", "_errors", 0, "code")).toBe("BASE_TYPE_BAD_LENGTH")
    const twice = yield* put({ name: "a", description: "d" }, { name: "a", description: "d" })
    expect(twice.says("errors", 1, "_errors", 0, "code")).toBe("APPLICATION_COMMANDS_DUPLICATE_NAME")
  })
)

it.scopedLive("message bodies beyond Discord's limits are 50035, empty ones 50006", () =>
  Effect.gen(function* () {
    const { send } = yield* setUp
    const button = { type: 2, style: 1, label: "x", custom_id: "same" }
    expect((yield* send({ content: "x".repeat(2001) })).says("errors", "content", "_errors", 0, "code")).toBe(
      "BASE_TYPE_MAX_LENGTH"
    )
    expect((yield* send({ content: "x", nonce: "n".repeat(26) })).says("code")).toBe(50035)
    const big = { description: "x".repeat(3001) }
    expect((yield* send({ embeds: [big, big] })).says("errors", "embeds", "_errors", 0, "code")).toBe(
      "MAX_EMBED_SIZE_EXCEEDED"
    )
    expect(
      (yield* send({ embeds: [{ title: "x".repeat(257) }] })).says("errors", "embeds", 0, "title", "_errors")
    ).toHaveLength(1)
    const clash = yield* send({ content: "x", components: [{ type: 1, components: [button, button] }] })
    expect(clash.says("errors", "components", "_errors", 0, "code")).toBe("COMPONENT_CUSTOM_ID_DUPLICATED")
    const wide = Array.from({ length: 6 }, (_, index) => ({ ...button, custom_id: `${index}` }))
    expect((yield* send({ content: "x", components: [{ type: 1, components: wide }] })).says("code")).toBe(
      50035
    )
    const long = yield* send({
      content: "x",
      components: [{ type: 1, components: [{ ...button, label: "x".repeat(81) }] }]
    })
    expect(long.says("errors", "components", 0, "components", 0, "label", "_errors")).toHaveLength(1)
    expect(
      (yield* send({ content: "x", allowed_mentions: { parse: ["users"], users: ["1"] } })).says("code")
    ).toBe(50035)
    expect((yield* send({ content: "" })).says("code")).toBe(50006)
    expect((yield* send({ content: "x".repeat(2000) })).status).toBe(200)
  })
)

it.scopedLive("unknown and forbidden channels and messages have their codes", () =>
  Effect.gen(function* () {
    const { alice, channel, discord, guild, send } = yield* setUp
    const code = (effect: ReturnType<typeof send>) =>
      Effect.map(effect, ({ says, status }) => [status, says("code")])
    expect(yield* code(send({ content: "x" }, "42"))).toEqual([404, 10003])
    expect(yield* code(call(discord, "GET", `/channels/${channel.id}/messages/42`))).toEqual([404, 10008])
    expect(yield* code(send({ content: "x" }, discord.world.addChannel(guild, "h", "hidden").id))).toEqual([
      403, 50001
    ])
    expect(yield* code(send({ content: "x" }, discord.world.addChannel(guild, "r", "readOnly").id))).toEqual([
      403, 50013
    ])
    const said = discord.people.say({ user: alice, channel, content: "mine" })
    const edit = call(discord, "PATCH", `/channels/${channel.id}/messages/${said.id}`, { content: "x" })
    expect(yield* code(edit)).toEqual([403, 50005])
    expect(yield* code(call(discord, "GET", "/users/42"))).toEqual([404, 10013])
  })
)

it.scopedLive("a nonce that is enforced gives the earlier message for a while", () =>
  Effect.gen(function* () {
    const { channel, discord, send } = yield* setUp
    const once = (content: string) => send({ content, nonce: "n1", enforce_nonce: true })
    const first = yield* once("a")
    expect((yield* once("b")).body).toEqual(first.body)
    expect((yield* send({ content: "c", nonce: "n1" })).says("id")).not.toBe(first.says("id"))
    discord.advance(181_000)
    const later = yield* once("d")
    expect(later.says("id")).not.toBe(first.says("id"))
    yield* call(discord, "DELETE", `/channels/${channel.id}/messages/${later.says("id")}`)
    expect((yield* once("e")).says("code")).toBe(10008)
  })
)

it.scopedLive("DMs open once, close, need a shared guild, and not too many at once", () =>
  Effect.gen(function* () {
    const { alice, discord, guild, send } = yield* setUp
    const open = (id: string) => call(discord, "POST", "/users/@me/channels", { recipient_id: id })
    const dm = String((yield* open(alice.id)).says("id"))
    expect((yield* open(alice.id)).says("id")).toBe(dm)
    discord.world.setDmsOpen(alice, false)
    expect((yield* send({ content: "x" }, dm)).says("code")).toBe(50007)
    discord.world.setDmsOpen(alice, true)
    discord.world.removeMember(guild, alice)
    expect((yield* send({ content: "x" }, dm)).says("code")).toBe(50278)
    const strangers = Array.from({ length: 40 }, (_, index) =>
      discord.world.addUser({ username: `s${index}` })
    )
    // All at once: one after the other they might take long enough to be allowed.
    const answers = yield* Effect.forEach(strangers, ({ id }) => open(id), { concurrency: "unbounded" })
    expect(answers.map(answer => answer.says("code"))).toContain(40003)
    expect((yield* open(alice.id)).status).toBe(200)
    discord.advance(1000)
    expect((yield* open(strangers.at(-1)!.id)).status).toBe(200)
  })
)

it.scopedLive("only those whom allowed_mentions names are pinged", () =>
  Effect.gen(function* () {
    const { alice, discord, send } = yield* setUp
    const content = `<@${alice.id}> <@1> <@&2> @everyone`
    const pings = (allowed_mentions?: object) =>
      Effect.map(
        send({ content, ...(allowed_mentions ? { allowed_mentions } : {}) }),
        ({ says }) => discord.messages.get(String(says("id")))?.pings
      )
    expect(yield* pings()).toEqual({ users: [alice.id, "1"], roles: ["2"], everyone: true })
    expect(yield* pings({ parse: [] })).toEqual({ users: [], roles: [], everyone: false })
    expect(yield* pings({ parse: [], users: [alice.id, "9"] })).toEqual({
      users: [alice.id],
      roles: [],
      everyone: false
    })
  })
)

it.scopedLive("message lists honour limit, before, after and around", () =>
  Effect.gen(function* () {
    const { channel, discord, send } = yield* setUp
    const ids = yield* Effect.forEach(["a", "b", "c", "d", "e"], content =>
      Effect.map(send({ content }), ({ says }) => says("id"))
    )
    const list = (query: string) =>
      Effect.map(call(discord, "GET", `/channels/${channel.id}/messages?${query}`), ({ body }) =>
        decodeContents(body)
          .map(({ content }) => content)
          .join("")
      )
    expect(yield* list("limit=2")).toBe("ed")
    expect(yield* list(`limit=2&before=${ids[2]}`)).toBe("ba")
    expect(yield* list(`limit=2&after=${ids[1]}`)).toBe("dc")
    expect(yield* list(`limit=3&around=${ids[2]}`)).toBe("dcb")
  })
)

it.scopedLive("edits of messages older than an hour are limited", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ oldEdits: { limit: 1, windowMs: 60_000 } })
    const channel = discord.world.general(discord.world.addGuild({ name: "g" }))
    const path = `/channels/${channel.id}/messages`
    const { says } = yield* call(discord, "POST", path, { content: "x" })
    const edit = () => call(discord, "PATCH", `${path}/${says("id")}`, { content: "y" })
    expect((yield* edit()).status).toBe(200)
    discord.advance(3_600_000)
    expect((yield* edit()).status).toBe(200)
    const refused = yield* edit()
    expect([refused.status, refused.says("code")]).toEqual([429, 30046])
    discord.advance(60_000)
    expect((yield* edit()).status).toBe(200)
  })
)

it.scopedLive("faults break what they name, as often as told, before or after the work", () =>
  Effect.gen(function* () {
    const { channel, discord, send } = yield* setUp
    const on = `POST ${messages}`
    discord.faults.add({ on, times: 2, effect: { kind: "status", status: 503 } })
    expect((yield* send({ content: "x" })).status).toBe(503)
    expect((yield* call(discord, "GET", "/users/@me")).status).toBe(200)
    expect((yield* send({ content: "x" })).status).toBe(503)
    expect(discord.messages.inChannel(channel.id)).toHaveLength(0)
    discord.faults.add({ on, times: 1, effect: { kind: "cut", when: "before" } })
    expect(Either.isLeft(yield* Effect.either(send({ content: "lost" })))).toBe(true)
    expect(discord.messages.inChannel(channel.id)).toHaveLength(0)
    discord.faults.add({ on, times: 1, effect: { kind: "cut", when: "after" } })
    expect(Either.isLeft(yield* Effect.either(send({ content: "kept" })))).toBe(true)
    expect(discord.messages.inChannel(channel.id).map(({ content }) => content)).toEqual(["kept"])
    discord.faults.add({ on, times: 1, effect: { kind: "status", status: 500, when: "after" } })
    expect((yield* send({ content: "kept too" })).status).toBe(500)
    expect(discord.messages.inChannel(channel.id).map(({ content }) => content)).toEqual(["kept", "kept too"])
    const odds = discord.faults.add({
      on,
      probability: 0.5,
      seed: 7,
      effect: { kind: "status", status: 500 }
    })
    const statuses = yield* Effect.forEach(Array.from({ length: 20 }), () =>
      Effect.map(send({ content: "x" }), ({ status }) => status)
    )
    expect(new Set(statuses)).toEqual(new Set([200, 500]))
    odds()
    expect((yield* send({ content: "x" })).status).toBe(200)
  })
)

it.scopedLive("a page of another origin is turned away", () =>
  Effect.gen(function* () {
    const { discord } = yield* setUp
    const status = (headers: Record<string, string>) =>
      Effect.promise(() =>
        fetch(`${discord.apiBaseUrl}/gateway`, { headers }).then(response => response.status)
      )
    expect(yield* status({ origin: "https://evil.example" })).toBe(403)
    expect(yield* status({ origin: "http://127.0.0.1:4000" })).toBe(403)
    expect(yield* status({ origin: discord.url })).toBe(200)
  })
)
