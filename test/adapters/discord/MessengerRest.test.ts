import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option, TestClock } from "effect"
import * as MessengerRest from "../../../src/adapters/discord/MessengerRest.ts"
import * as Rest from "../../../src/adapters/discord/Rest.ts"
import { Settings, readSettings } from "../../../src/config/Settings.ts"
import { messengerError } from "../../../src/adapters/discord/messengerErrors.ts"
import { DiscordApiError } from "../../../src/adapters/discord/RestErrors.ts"
import { ApplicationId, ChannelId, UserId, InteractionId, RequestCode } from "../../../src/domain/Ids.ts"
import { Notice } from "../../../src/domain/Notice.ts"
import { Messenger } from "../../../src/ports/Messenger.ts"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import { noticeMessage } from "../../views/kudosRequests.ts"
import { settableWallClock } from "./wallClock.ts"

/** The messenger on the fake Discord, which runs in real time; the messenger's own clock is the test's. */
const world = Effect.gen(function* () {
  const discord = yield* FakeDiscord.make({ identifyWindowMs: 0 })
  const settings = yield* readSettings({
    DISCORD_BOT_TOKEN: discord.token,
    DISCORD_API_BASE_URL: discord.apiBaseUrl,
    MOCHI_APP_PRIVATE_KEY: "00".repeat(32),
    MOCHI_PAY_API_BASE_URL: "http://127.0.0.1:1",
    MOCHI_BOT_SECRET: "secret",
    MOCHI_WEBHOOK_SECRETS: "whsec_AAAA"
  })
  const messenger = yield* Effect.map(
    Layer.build(
      MessengerRest.layer.pipe(Layer.provide(Rest.layer), Layer.provide(Layer.succeed(Settings, settings)))
    ),
    context => Effect.provide(Messenger, context)
  ).pipe(Effect.flatten)
  const user = discord.world.addUser({ username: "ada" })
  const guild = discord.world.addGuild({ name: "DAO", members: [user] })
  return {
    discord,
    messenger,
    user,
    userId: UserId.make(user.id),
    channelId: ChannelId.make(discord.world.general(guild).id)
  }
})

const pointer = (userId: UserId, code: string) =>
  Notice.Pointer({
    audience: "owner",
    userId,
    key: { applicationId: ApplicationId.make("1"), code: RequestCode.make(code) }
  })

const anyTime = { interaction: Option.none(), age: Duration.days(100) }

describe("a message", () => {
  it.scopedLive("posted again with its nonce is the same message, and pings its reader alone", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, userId } = yield* world
      const notice = pointer(userId, "A")
      const first = yield* messenger.post(channelId, notice, "n1")
      expect(yield* messenger.post(channelId, notice, "n1")).toBe(first)
      expect(discord.messages.inChannel(channelId).length).toBe(1)
      expect(discord.messages.get(first)?.pings).toEqual({ users: [userId], roles: [], everyone: false })
      expect(yield* messenger.post(channelId, notice, "n2")).not.toBe(first)
    })
  )

  it.scopedLive("is found again by what it is about: neither another request's, nor another author's", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, user, userId } = yield* world
      const general = discord.world.channels.get(channelId)
      const wanted = pointer(userId, "A")
      yield* messenger.post(channelId, pointer(userId, "B"), "n1")
      if (general !== undefined)
        discord.people.say({ user, channel: general, content: noticeMessage(wanted).content })
      expect(yield* messenger.findPosted(channelId, wanted, anyTime)).toEqual({ _tag: "Absent" })
      const posted = yield* messenger.post(channelId, wanted, "n2")
      expect(yield* messenger.findPosted(channelId, wanted, anyTime)).toEqual({
        _tag: "Found",
        messageId: posted
      })
    })
  )

  it.scopedLive("to closed DMs, a gone channel or a gone message says so", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, user, userId } = yield* world
      const dm = yield* messenger.openDm(userId)
      discord.world.setDmsOpen(user, false)
      const notice = pointer(userId, "A")
      const closed = yield* Effect.flip(messenger.post(dm, notice, "n1"))
      expect(closed).toMatchObject({ reason: "Unreachable", code: 50_007, mayHaveHappened: false })
      const gone = yield* Effect.flip(messenger.post(ChannelId.make("123456789012345678"), notice, "n2"))
      expect(gone).toMatchObject({ reason: "Gone", code: 10_003 })
      const posted = yield* messenger.post(channelId, notice, "n3")
      const message = discord.messages.get(posted)
      if (message !== undefined) discord.messages.remove(message)
      expect(yield* Effect.flip(messenger.edit(channelId, posted, notice))).toMatchObject({
        reason: "Gone",
        code: 10_008
      })
    })
  )
})

describe("a channel's latest messages", () => {
  it.scopedLive("of which none can be read prove nothing, unless nothing was said there since (C16)", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, user, userId } = yield* world
      const wanted = pointer(userId, "A")
      const look = (since: Option.Option<InteractionId>) =>
        Effect.map(
          messenger.findPosted(channelId, wanted, { ...anyTime, interaction: since }),
          ({ _tag }) => _tag
        )
      // Discord's answer to a bot without the permission to read the history.
      discord.faults.add({
        on: "GET /channels/{channel_id}/messages",
        effect: { kind: "status", status: 200, body: [] }
      })
      expect(yield* look(Option.none())).toBe("Unsure")
      const said = discord.people.say({ user, channel: discord.world.channels.get(channelId)!, content: "x" })
      const after = InteractionId.make(String(BigInt(said.id) + 1n))
      const before = InteractionId.make(String(BigInt(said.id) - 1n))
      expect(yield* look(Option.none())).toBe("Unsure")
      expect(yield* look(Option.some(before))).toBe("Unsure")
      expect(yield* look(Option.some(after))).toBe("Absent")
      const dm = yield* messenger.openDm(userId)
      expect(yield* messenger.findPosted(dm, wanted, anyTime)).toEqual({ _tag: "Absent" })
    })
  )

  it.scopedLive("are looked at for as long as the message may be among them, and 500 at most (C16)", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, user, userId } = yield* world
      const channel = discord.world.channels.get(channelId)!
      const wanted = pointer(userId, "A")
      const talk = (count: number) => {
        for (let index = 0; index < count; index++)
          discord.people.say({ user, channel, content: `message ${index}` })
      }
      const asked = () => discord.requests.of("GET /channels/{channel_id}/messages").length
      const posted = yield* messenger.post(channelId, wanted, "n1")
      talk(230)
      expect(yield* messenger.findPosted(channelId, wanted, anyTime)).toEqual({
        _tag: "Found",
        messageId: posted
      })
      expect(asked()).toBe(3)
      talk(400)
      expect(yield* messenger.findPosted(channelId, wanted, anyTime)).toEqual({ _tag: "Absent" })
      expect(asked()).toBe(8)
    })
  )

  it.scopedLive("that are older than the message can be are not looked at (C16)", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, user, userId } = yield* world
      const long = Date.now() - 3 * 3_600_000
      const old = Array.from({ length: 100 }, (_, index) => ({
        id: String((BigInt(long - 1_420_070_400_000) << 22n) + BigInt(index)),
        author: { id: user.id },
        embeds: []
      }))
      discord.faults.add({
        on: "GET /channels/{channel_id}/messages",
        effect: { kind: "status", status: 200, body: old }
      })
      const notice = pointer(userId, "A")
      const within = { interaction: Option.none(), age: Duration.minutes(5) }
      expect(yield* messenger.findPosted(channelId, notice, within)).toEqual({ _tag: "Absent" })
      expect(discord.requests.of("GET /channels/{channel_id}/messages").length).toBe(1)
    })
  )

  it.scopedLive("of another bot are not this one's, however alike (A14)", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, userId } = yield* world
      const robot = discord.world.addUser({ username: "robot", bot: true })
      const wanted = pointer(userId, "A")
      const { components, content } = noticeMessage(wanted)
      discord.messages.create({
        channel: discord.world.channels.get(channelId)!,
        authorId: robot.id,
        content,
        components: JSON.parse(JSON.stringify(components))
      })
      expect(yield* messenger.findPosted(channelId, wanted, anyTime)).toEqual({ _tag: "Absent" })
    })
  )
})

describe("a refusal", () => {
  const refused = (status: number, code: number) =>
    messengerError(new DiscordApiError({ code, status, method: "POST", route: "/channels" })).reason

  it("is final only by a code that speaks of the message, the person or the channel (C6)", () => {
    for (const code of [10003, 10008, 50001, 50005, 50013, 50035, 40005, 10013, 200000])
      expect([code, refused(400, code)]).toEqual([code, expect.stringMatching(/^(Gone|Refused)$/)])
    expect([refused(403, 50007), refused(403, 50278)]).toEqual(["Unreachable", "Unreachable"])
    expect([refused(404, 10015), refused(401, 50027)]).toEqual(["TokenDead", "TokenDead"])
  })

  it("by a code of the account or of the moment, by none, or by one that is unknown is not (C6)", () => {
    for (const code of [0, 20026, 40002, 40004, 40006, 40333, 40001, 50014, 50178, 130000, 10002, 99999])
      for (const status of [400, 401, 403, 404, 405, 406, 413, 415, 451, 500, 503])
        expect([status, code, refused(status, code)]).toEqual([status, code, "Unavailable"])
    expect([refused(429, 0), refused(403, 20016), refused(400, 40062)]).toEqual(Array(3).fill("RateLimited"))
  })

  it.scopedLive("is no answer without a message's id, whatever its status (C6)", () =>
    Effect.gen(function* () {
      const { channelId, discord, messenger, userId } = yield* world
      for (const body of [{ ok: true }, null, [], "welcome"]) {
        discord.faults.add({
          on: "POST /channels/{channel_id}/messages",
          times: 1,
          effect: { kind: "status", status: 200, body }
        })
        const notice = pointer(userId, "A")
        expect(yield* Effect.flip(messenger.post(channelId, notice, "n1"))).toMatchObject({
          reason: "Unavailable",
          mayHaveHappened: true
        })
      }
    })
  )
})

describe("opening direct messages too fast", () => {
  it.scoped("pauses every opening for a minute, without asking Discord, and then goes on", () =>
    Effect.gen(function* () {
      const { discord, messenger, userId } = yield* world
      discord.faults.add({
        on: "POST /users/@me/channels",
        times: 1,
        effect: {
          kind: "status",
          status: 403,
          body: { code: 40003, message: "You are opening DMs too fast" }
        }
      })
      const asked = () => discord.requests.of("POST /users/@me/channels").length
      const refused = yield* Effect.flip(messenger.openDm(userId))
      expect(refused.reason).toBe("OpeningPaused")
      expect(asked()).toBe(1)

      yield* TestClock.adjust("59 seconds")
      const paused = yield* Effect.flip(messenger.openDm(userId))
      expect(paused).toMatchObject({ reason: "OpeningPaused", retryAfterMillis: Option.some(1000) })
      expect(asked()).toBe(1)

      yield* TestClock.adjust("1 second")
      expect(yield* messenger.openDm(userId)).toBe(discord.world.dmWith(userId)?.id)
      expect(asked()).toBe(2)
    })
  )

  it.scopedLive("keeps back those that wait for their turn, too", () =>
    Effect.gen(function* () {
      const { discord, messenger, userId } = yield* world
      discord.faults.add({
        on: "POST /users/@me/channels",
        effect: { kind: "status", status: 403, body: { code: 40003, message: "too fast" } }
      })
      const reasons = yield* Effect.forEach(
        Array.from({ length: 12 }),
        () => Effect.map(Effect.flip(messenger.openDm(userId)), ({ reason }) => reason),
        { concurrency: "unbounded" }
      )
      expect(new Set(reasons)).toEqual(new Set(["OpeningPaused"]))
      expect(discord.requests.of("POST /users/@me/channels").length).toBeLessThan(12)
    })
  )

  it.scoped("pauses for no longer than that where the wall clock is set back meanwhile (C3)", () =>
    Effect.gen(function* () {
      const { discord, messenger, userId } = yield* world
      const wall = yield* settableWallClock
      discord.faults.add({
        on: "POST /users/@me/channels",
        times: 1,
        effect: { kind: "status", status: 403, body: { code: 40003, message: "too fast" } }
      })
      const open = Effect.withClock(messenger.openDm(userId), wall.clock)
      expect((yield* Effect.flip(open)).reason).toBe("OpeningPaused")
      wall.setBy(-3_600_000)
      yield* TestClock.adjust("1 minute")
      expect(yield* open).toBe(discord.world.dmWith(userId)?.id)
    })
  )
})
