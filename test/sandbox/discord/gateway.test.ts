import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import { call, connect, identify } from "./rawBot.ts"

const fast = { identifyWindowMs: 0 }
const guildsIntent = 1
const ready = (frame: { readonly t: string | null }) => frame.t === "READY"

it.scopedLive("greets, identifies, acknowledges heartbeats and names the place to resume at", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ heartbeatIntervalMs: 30_000 })
    const guild = discord.world.addGuild({ name: "Home" })
    const socket = yield* connect(discord)
    const hello = yield* socket.frame(({ op }) => op === 10)
    expect(hello.says("heartbeat_interval")).toBe(30_000)
    socket.send(1, null)
    yield* socket.frame(({ op }) => op === 11)
    socket.send(2, identify(discord, { intents: guildsIntent }))
    const { says } = yield* socket.frame(ready)
    expect(says("guilds")).toEqual([{ id: guild.id, unavailable: true }])
    expect(says("resume_gateway_url")).toContain("/resume")
    expect((yield* socket.frame(({ t }) => t === "GUILD_CREATE")).says("name")).toBe("Home")
    discord.gateway.requestHeartbeat()
    yield* socket.frame(({ op }) => op === 1)
  })
)

it.scopedLive("closes with Discord's codes", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ ...fast, shards: 2 })
    const closeCode = (op: number, d: unknown) =>
      Effect.scoped(
        Effect.gen(function* () {
          const socket = yield* connect(discord)
          socket.send(op, d)
          return yield* socket.closed
        })
      )
    expect(yield* closeCode(2, identify(discord, { token: "wrong", shard: [0, 2] }))).toBe(4004)
    expect(yield* closeCode(2, identify(discord, { shard: [0, 1] }))).toBe(4011)
    expect(yield* closeCode(2, identify(discord))).toBe(4011)
    expect(yield* closeCode(2, identify(discord, { shard: [2, 2] }))).toBe(4010)
    expect(yield* closeCode(2, identify(discord, { shard: [0, 2], intents: 1 << 15 }))).toBe(4014)
    expect(yield* closeCode(3, {})).toBe(4003)
    expect(yield* closeCode(99, {})).toBe(4001)
    expect(yield* closeCode(2, "nonsense")).toBe(4002)
    discord.gateway.refuseWith(4013)
    expect(yield* closeCode(2, identify(discord, { shard: [0, 2] }))).toBe(4013)
  })
)

it.scopedLive("a silent client is closed with 4009", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ heartbeatIntervalMs: 20 })
    const socket = yield* connect(discord)
    expect(yield* socket.closed).toBe(4009)
  })
)

it.scopedLive("identifying faster than max_concurrency allows is answered with op 9", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ shards: 2 })
    const first = yield* connect(discord)
    first.send(2, identify(discord, { shard: [0, 2] }))
    yield* first.frame(ready)
    const second = yield* connect(discord)
    second.send(2, identify(discord, { shard: [1, 2] }))
    expect((yield* second.frame(({ op }) => op === 9)).d).toBe(false)
    expect(discord.gateway.identifies).toHaveLength(1)
  })
)

it.scopedLive("events go to the shard of their guild, and DMs to the first", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ ...fast, shards: 2, maxConcurrency: 2 })
    const alice = discord.world.addUser({ username: "alice" })
    const guildId = (shard: number) => ((1n << 40n) + (BigInt(shard) << 22n)).toString()
    const guilds = [0, 1].map(shard =>
      discord.world.addGuild({ id: guildId(shard), name: `g${shard}`, members: [alice] })
    )
    yield* call(discord, "PUT", `/applications/${discord.applicationId}/commands`, [
      { name: "a", description: "b" }
    ])
    const sockets = yield* Effect.forEach([0, 1], shard =>
      Effect.gen(function* () {
        const socket = yield* connect(discord)
        socket.send(2, identify(discord, { shard: [shard, 2] }))
        yield* socket.frame(ready)
        return socket
      })
    )
    for (const guild of guilds) yield* discord.people.slashCommand({ user: alice, guild, name: "a" })
    yield* discord.people.slashCommand({ user: alice, name: "a" })
    const places = (index: number) =>
      sockets[index]!.frames.filter(({ t }) => t === "INTERACTION_CREATE").map(
        ({ says }) => says("guild_id") ?? "DM"
      )
    yield* sockets[0]!.frame(({ says, t }) => t === "INTERACTION_CREATE" && says("guild_id") === undefined)
    yield* sockets[1]!.frame(({ t }) => t === "INTERACTION_CREATE")
    expect(places(0)).toEqual([guildId(0), "DM"])
    expect(places(1)).toEqual([guildId(1)])
  })
)

it.scopedLive("a resume brings what was missed, once; an unknown session is invalid", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(fast)
    const alice = discord.world.addUser({ username: "alice" })
    const guild = discord.world.addGuild({ name: "g", members: [alice] })
    yield* call(discord, "PUT", `/applications/${discord.applicationId}/commands`, [
      { name: "a", description: "b" }
    ])
    const first = yield* connect(discord)
    first.send(2, identify(discord))
    const { s, says } = yield* first.frame(ready)
    discord.gateway.cut()
    yield* first.closed
    const run = yield* discord.people.slashCommand({ user: alice, guild, name: "a" })

    const second = yield* connect(discord, String(says("resume_gateway_url")))
    second.send(6, { token: discord.token, session_id: says("session_id"), seq: s })
    yield* second.frame(({ t }) => t === "RESUMED")
    expect(second.frames.map(({ op, t }) => t ?? op)).toEqual([10, "INTERACTION_CREATE", "RESUMED"])
    expect(second.frames[1]?.says("id")).toBe(run.interaction.id)

    const third = yield* connect(discord)
    third.send(6, { token: discord.token, session_id: "unknown", seq: 1 })
    expect((yield* third.frame(({ op }) => op === 9)).d).toBe(false)
    const fourth = yield* connect(discord)
    fourth.send(6, { token: discord.token, session_id: says("session_id"), seq: 99 })
    expect(yield* fourth.closed).toBe(4007)
  })
)

it.scopedLive("a session that its client ended with 1000 cannot be resumed, one closed with 4200 can", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(fast)
    const endWith = (code: number) =>
      Effect.gen(function* () {
        const socket = yield* connect(discord)
        socket.send(2, identify(discord))
        yield* socket.frame(ready)
        socket.close(code)
        yield* discord.until("the end", () => (discord.gateway.connections() === 0 ? true : undefined))
        return discord.gateway.sessions().length
      })
    expect(yield* endWith(1000)).toBe(0)
    expect(yield* endWith(4200)).toBe(1)
  })
)

it.scopedLive("a muted gateway neither acknowledges nor sends, but keeps the events", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(fast)
    const socket = yield* connect(discord)
    socket.send(2, identify(discord, { intents: guildsIntent }))
    const { s, says } = yield* socket.frame(ready)
    discord.gateway.mute(true)
    socket.send(1, s)
    discord.world.addGuild({ name: "late" })
    socket.close(4200)
    yield* discord.until("the end", () => (discord.gateway.connections() === 0 ? true : undefined))
    discord.gateway.mute(false)
    expect(socket.frames.some(({ op, t }) => op === 11 || t === "GUILD_CREATE")).toBe(false)
    const next = yield* connect(discord)
    next.send(6, { token: discord.token, session_id: says("session_id"), seq: s })
    expect((yield* next.frame(({ t }) => t === "GUILD_CREATE")).says("name")).toBe("late")
  })
)

it.scopedLive("a refused token closes the open socket with 4004", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(fast)
    const socket = yield* connect(discord)
    socket.send(2, identify(discord))
    yield* socket.frame(ready)
    discord.refuseToken(true)
    expect(yield* socket.closed).toBe(4004)
  })
)
