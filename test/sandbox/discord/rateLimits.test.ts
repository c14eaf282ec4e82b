import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import { call } from "./rawBot.ts"

const setUp = (globalLimitPerSecond?: number) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make(
      globalLimitPerSecond === undefined ? {} : { globalLimitPerSecond }
    )
    const alice = discord.world.addUser({ username: "alice" })
    const guild = discord.world.addGuild({ name: "g", members: [alice] })
    const send = (channel = discord.world.general(guild)) =>
      call(discord, "POST", `/channels/${channel.id}/messages`, { content: "x" })
    return { discord, alice, guild, send }
  })

it.scopedLive("a channel takes five messages in five seconds, another has five of its own", () =>
  Effect.gen(function* () {
    const { discord, guild, send } = yield* setUp()
    const first = yield* send()
    expect(first.headers.get("x-ratelimit-limit")).toBe("5")
    expect(first.headers.get("x-ratelimit-remaining")).toBe("4")
    expect(Number(first.headers.get("x-ratelimit-reset-after"))).toBeGreaterThan(4)
    yield* Effect.forEach([2, 3, 4, 5], () => send())
    const refused = yield* send()
    expect(refused.status).toBe(429)
    expect(refused.body).toMatchObject({ message: "You are being rate limited.", global: false })
    expect(refused.says("retry_after")).toBeGreaterThan(3)
    expect(refused.headers.get("x-ratelimit-scope")).toBe("user")
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(4)
    const other = yield* send(discord.world.addChannel(guild, "other"))
    expect(other.status).toBe(200)
    expect(other.headers.get("x-ratelimit-bucket")).toBe(first.headers.get("x-ratelimit-bucket"))
    expect(discord.requests.rateLimited()).toBe(1)
    discord.advance(5000)
    expect((yield* send()).status).toBe(200)
  })
)

it.scopedLive("the global limit counts the bot's calls, but neither callbacks nor webhook tokens", () =>
  Effect.gen(function* () {
    const { alice, discord, guild, send } = yield* setUp(2)
    yield* call(discord, "PUT", `/applications/${discord.applicationId}/commands`, [
      { name: "a", description: "b" }
    ])
    discord.advance(1000)
    const run = yield* discord.people.slashCommand({ user: alice, guild, name: "a" })
    const { id, token } = run.interaction
    yield* call(discord, "GET", "/users/@me")
    yield* call(discord, "GET", "/users/@me")
    const refused = yield* send()
    expect(refused.status).toBe(429)
    expect(refused.says("global")).toBe(true)
    expect(refused.headers.get("x-ratelimit-global")).toBe("true")
    expect(refused.headers.get("x-ratelimit-scope")).toBe("global")
    const ack = yield* call(discord, "POST", `/interactions/${id}/${token}/callback`, { type: 5 })
    expect(ack.status).toBe(204)
    const edit = yield* call(
      discord,
      "PATCH",
      `/webhooks/${discord.applicationId}/${token}/messages/@original`,
      { content: "x" }
    )
    expect(edit.status).toBe(200)
  })
)
