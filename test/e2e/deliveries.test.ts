import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Message } from "../../sandbox/discord/Model.ts"
import type { Json } from "../../sandbox/mochi/Json.ts"
import {
  announced,
  buttonsOf,
  cardOf,
  eventOf,
  inChannel,
  makeCast,
  pointersTo,
  readerOf,
  seeded,
  sendEvent,
  until
} from "./cast.ts"
import type { Cast } from "./cast.ts"
import { cardTitle, messagesAbout } from "./crowd.ts"
import { textOf } from "./steps.ts"
import { inDatabase, notificationsOf } from "./stored.ts"
import { RunningWorld } from "./world.ts"
import type { World } from "./world.ts"

const posts = "POST /channels/{channel_id}/messages"

/** What the database has of a message that was begun so many minutes ago, and of which nobody knows whether it was sent. */
const begunBefore = (
  world: World,
  { applicationId }: Cast["owner"],
  code: string,
  {
    audience = "owner",
    channelId,
    minutes,
    place = "dm",
    status = "pending"
  }: {
    readonly audience?: string
    readonly channelId: string
    readonly minutes: number
    readonly place?: string
    readonly status?: string
  }
) =>
  inDatabase(
    world,
    sql => sql`insert into shown_messages
        (application_id, code, audience, channel_id, message_id, place, status, begun_at)
      values (${applicationId}, ${code}, ${audience}, ${channelId}, null, ${place}, ${status},
        now() - ${minutes} * interval '1 minute')
      on conflict (application_id, code, audience) do update
        set message_id = null, begun_at = excluded.begun_at`
  )

/** The DM that Discord has opened with somebody, as it is or as it comes to be. */
const dmOf = ({ discord }: World, { user }: Cast["owner"]) =>
  discord.until("the DM", () => discord.world.dmWith(user.id))

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("a DM channel", it => {
  it.scoped.each([
    [404, 10003, "Unknown Channel"],
    [403, 50001, "Missing Access"]
  ] as const)("that is remembered and answers %s %s is opened again (A13, C5)", ([status, code, message]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      const cast = yield* makeCast(world)
      yield* cardOf(world, yield* announced(world, cast))
      const remembered = (yield* dmOf(world, cast.owner)).id
      const lost = "123456789012345678"
      yield* inDatabase(
        world,
        sql => sql`update people set dm_channel_id = ${lost} where discord_user_id = ${cast.owner.user.id}`
      )
      discord.faults.add({
        on: posts,
        where: ({ path }) => path.includes(lost),
        effect: { kind: "status", status, body: { code, message } }
      })
      const opened = () => discord.requests.of("POST /users/@me/channels").length
      const before = opened()
      const next = yield* announced(world, cast)
      const card = yield* cardOf(world, next)
      expect(card.channelId).toBe(remembered)
      expect(opened()).toBe(before + 1)
      const rows = yield* inDatabase(
        world,
        sql => sql<{ dm_channel_id: string }>`select dm_channel_id from people
          where discord_user_id = ${cast.owner.user.id}`
      )
      expect(rows).toEqual([{ dm_channel_id: remembered }])
    })
  )

  it.scoped("that stays unknown is asked for twice and no more (A13, C5)", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      const cast = yield* makeCast(world)
      yield* cardOf(world, yield* announced(world, cast))
      const { id } = yield* dmOf(world, cast.owner)
      const remove = discord.faults.add({
        on: posts,
        where: ({ path }) => path.includes(id),
        effect: { kind: "status", status: 404, body: { code: 10003, message: "Unknown Channel" } }
      })
      const code = yield* announced(world, cast)
      const rows = yield* notificationsOf(world, code)
      remove()
      expect(rows).toMatchObject([{ state: "dead", reason: "Discord 10003: Gone" }])
      const tried = discord.requests.of(posts).filter(({ body }) => JSON.stringify(body).includes(code))
      expect(tried.length).toBe(2)
    })
  )

  it.scoped("of another Discord application is not believed (C5)", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      const cast = yield* makeCast(world)
      const code = yield* announced(world, cast)
      const card = yield* cardOf(world, code)
      yield* notificationsOf(world, code)
      yield* inDatabase(world, sql =>
        Effect.zipRight(
          sql`update people set dm_channel_id = '123456789012345678', dm_application_id = '42'
            where discord_user_id = ${cast.owner.user.id}`,
          sql`update shown_messages set discord_application_id = '42', message_id = '123456789012345679'
            where code = ${code}`
        )
      )
      const asked = discord.requests.all.length
      yield* world.mochi.decide(code, "rejected")
      yield* notificationsOf(world, code, 2)
      const cards = messagesAbout(world, code, cardTitle).filter(({ id }) => id !== card.id)
      expect(cards.map(({ channelId }) => channelId)).toEqual([card.channelId])
      expect(textOf(cards[0]!)).toContain("rejected")
      expect(
        discord.requests.all.slice(asked).filter(({ path }) => path.includes("12345678901234567"))
      ).toEqual([])
    })
  )
})

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("a message in doubt", it => {
  /** The event of a request again, as if it were of the application of somebody who owns two. */
  const inOtherApplication = (
    world: World,
    code: string,
    other: Cast["owner"],
    fields: Readonly<Record<string, Json>>
  ) =>
    Effect.gen(function* () {
      const metadata = Object(yield* eventOf(world, code))["pay_transfer_request_metadata"]
      yield* sendEvent(world, code, {
        ...metadata,
        app_id: other.applicationId,
        app_name: "Second app",
        vault_profile_id: other.vaultProfileId,
        token_amount: "77000000",
        ...fields
      })
    })

  it.scoped("is not found in another application's card with the same code (A14)", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const cast = yield* makeCast(world)
      const other = (yield* makeCast(world)).owner
      const code = yield* announced(world, cast)
      const first = yield* cardOf(world, code)
      const { id: channelId } = yield* dmOf(world, cast.owner)
      yield* begunBefore(world, other, code, { channelId, minutes: 5 })
      yield* inOtherApplication(world, code, other, {})
      const cards = yield* until(
        Effect.sync(() => messagesAbout(world, code, cardTitle)),
        found => found.length === 2
      )
      expect(cards.map(buttonsOf)).toEqual([
        [`approve-${code}-${cast.owner.applicationId}`, `reject-${code}-${cast.owner.applicationId}`],
        [`approve-${code}-${other.applicationId}`, `reject-${code}-${other.applicationId}`]
      ])
      yield* inOtherApplication(world, code, other, { status: "rejected" })
      yield* notificationsOf(world, code, 4)
      expect(buttonsOf(world.discord.messages.get(first.id)!).length).toBe(2)
      expect(textOf(world.discord.messages.get(cards[1]!.id)!)).toContain("rejected")
    })
  )

  it.scoped("as an earlier release drew it is found again (A14)", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      const cast = yield* makeCast(world)
      yield* cardOf(world, yield* announced(world, cast))
      const { id: channelId } = yield* dmOf(world, cast.owner)
      const code = yield* seeded(world, cast)
      const old = discord.messages.create({
        channel: discord.world.channels.get(channelId)!,
        authorId: discord.applicationId,
        embeds: [
          {
            title: "Vault Transfer Request",
            fields: [{ name: "Vault", value: `Vault (App ${cast.owner.applicationId})`, inline: false }],
            footer: { text: `Request ${code}` }
          }
        ]
      })
      yield* begunBefore(world, cast.owner, code, { channelId, minutes: 5 })
      yield* sendEvent(world, code)
      yield* notificationsOf(world, code)
      expect(messagesAbout(world, code, cardTitle).map(({ id }) => id)).toEqual([old.id])
    })
  )

  it.scoped("is looked for by the database's clock (A20)", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      const cast = yield* makeCast(world)
      yield* cardOf(world, yield* announced(world, cast))
      const code = yield* seeded(world, cast)
      // Discord stores the card and its answer is lost, however often it is repeated.
      const remove = discord.faults.add({
        on: posts,
        where: ({ body }) => JSON.stringify(body).includes(code),
        effect: { kind: "cut", when: "after" }
      })
      yield* sendEvent(world, code)
      yield* cardOf(world, code)
      const [age] = yield* inDatabase(
        world,
        sql => sql<{ seconds: number }>`select extract(epoch from now() - begun_at)::float8 as seconds
          from shown_messages where code = ${code}`
      )
      expect(age!.seconds).toBeGreaterThanOrEqual(0)
      yield* inDatabase(
        world,
        sql => sql`update shown_messages set begun_at = begun_at - interval '2 minutes' where code = ${code}`
      )
      remove()
      yield* notificationsOf(world, code)
      expect(messagesAbout(world, code, cardTitle).length).toBe(1)
      expect(discord.requests.of("GET /channels/{channel_id}/messages").length).toBeGreaterThan(0)
    })
  )
})

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("a refusal", it => {
  it.scoped.each([
    ["a proxy's page", { status: 403, html: "<html>blocked</html>" }],
    ["a proxy's page", { status: 400, html: "<html>bad</html>" }],
    ["a proxy's page", { status: 404, html: "<html>not here</html>" }],
    ["a proxy's page", { status: 405, html: "<html>no</html>" }],
    ["Discord's own 404 of the address", { status: 404, body: { code: 0, message: "404: Not Found" } }],
    ["Cloudflare", { status: 403, body: { code: 40333, message: "internal network error" } }],
    ["messages switched off", { status: 403, body: { code: 40004, message: "disabled" } }],
    ["a feature switched off", { status: 403, body: { code: 40006, message: "disabled" } }],
    ["the anti-spam filter", { status: 403, body: { code: 20026, message: "flagged" } }],
    ["a code that nobody knows", { status: 403, body: { code: 99999, message: "?" } }]
  ] as const)("by %s says nothing of the message: it is brought a little later (C6)", ([, answer]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const cast = yield* makeCast(world)
      yield* cardOf(world, yield* announced(world, cast))
      world.discord.faults.add({ on: posts, times: 1, effect: { kind: "status", ...answer } })
      const code = yield* announced(world, cast)
      yield* cardOf(world, code)
      expect(yield* notificationsOf(world, code)).toMatchObject([{ state: "delivered" }])
    })
  )
})

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })(
  "thanks that came to nothing",
  it => {
    const thanks = (world: World, cast: Cast, code: string): ReadonlyArray<Message> =>
      messagesAbout(world, code).filter(message => readerOf(world, message) === cast.recipient.user.id)

    it.scoped("no longer say that kudos were received (A18)", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const cast = yield* makeCast(world)
        const code = yield* announced(world, cast)
        yield* world.mochi.decide(code, "approved")
        yield* notificationsOf(world, code, 4)
        const [before] = thanks(world, cast, code)
        expect(textOf(before!)).toContain("You received")
        yield* world.mochi.decide(code, "failed")
        yield* notificationsOf(world, code, 7)
        const after = thanks(world, cast, code)
        expect(after.map(({ id }) => id)).toEqual([before!.id])
        expect(textOf(after[0]!)).not.toMatch(/received/i)
        expect(textOf(after[0]!)).toContain("failed")
        const told = messagesAbout(world, code, /Approved/)
        expect(told.map(message => textOf(message).includes("failed"))).toEqual([true])
      })
    )

    it.scoped("are not announced to a recipient who heard of none (A18)", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const cast = yield* makeCast(world)
        const code = yield* announced(world, cast)
        yield* cardOf(world, code)
        yield* world.mochi.webhooks.configure({ enabled: false })
        yield* world.mochi.decide(code, "approved")
        yield* world.mochi.decide(code, "failed")
        yield* world.mochi.webhooks.configure({ enabled: true })
        yield* sendEvent(world, code)
        yield* notificationsOf(world, code, 3)
        expect(thanks(world, cast, code)).toEqual([])
      })
    )

    it.scoped(
      "are corrected where it was in doubt whether they were announced, and not announced again (A18)",
      () =>
        Effect.gen(function* () {
          const world = yield* RunningWorld
          const { discord, mochi } = world
          const cast = yield* makeCast(world)
          const code = yield* announced(world, cast)
          yield* mochi.decide(code, "approved")
          yield* notificationsOf(world, code, 4)
          const [posted] = thanks(world, cast, code)
          const doubt = {
            audience: "recipient",
            channelId: posted!.channelId,
            minutes: 5,
            status: "approved"
          }
          yield* begunBefore(world, cast.owner, code, doubt)
          yield* mochi.decide(code, "failed")
          yield* notificationsOf(world, code, 7)
          expect(textOf(discord.messages.get(posted!.id)!)).not.toMatch(/received/i)

          const other = yield* announced(world, cast)
          yield* cardOf(world, other)
          yield* mochi.webhooks.configure({ enabled: false })
          yield* mochi.decide(other, "approved")
          // Approved, and told nobody for certain.
          yield* inDatabase(
            world,
            sql => sql`update transfer_requests set status = 'approved' where code = ${other}`
          )
          yield* begunBefore(world, cast.owner, other, doubt)
          yield* mochi.decide(other, "failed")
          yield* mochi.webhooks.configure({ enabled: true })
          yield* sendEvent(world, other)
          yield* notificationsOf(world, other, 4)
          expect(thanks(world, cast, other)).toEqual([])
        })
    )

    it.scoped("behind a View button are taken back there (A18)", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { discord } = world
        const cast = yield* makeCast(world)
        discord.world.setDmsOpen(cast.recipient.user, false)
        const code = yield* announced(world, cast, inChannel(world, cast))
        yield* world.mochi.decide(code, "approved")
        yield* notificationsOf(world, code, 4)
        const [pointer] = pointersTo(world, cast.recipient.user)
        const opened = yield* discord.people.pressButton({
          user: cast.recipient.user,
          message: pointer!,
          customId: buttonsOf(pointer!)[0]!
        })
        expect(textOf(yield* opened.answered)).toContain("You received")
        yield* world.mochi.decide(code, "failed")
        const taken = yield* opened.answeredWhen(message => textOf(message).includes("failed"))
        expect(textOf(taken)).not.toMatch(/received/i)
        expect(pointersTo(world, cast.recipient.user).length).toBe(1)
      })
    )
  }
)

/** What Discord answers without the permission. */
const withoutHistory = ({ discord }: World, channelId: string) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      discord.faults.add({
        on: "GET /channels/{channel_id}/messages",
        where: ({ path }) => path.includes(channelId),
        effect: { kind: "status", status: 200, body: [] }
      })
    ),
    remove => Effect.sync(remove)
  )

const inDoubt = (minutes: number) =>
  Effect.gen(function* () {
    const world = yield* RunningWorld
    const { channel, discord } = world
    const cast = yield* makeCast(world)
    discord.world.setDmsOpen(cast.owner.user, false)
    yield* withoutHistory(world, channel.id)
    const code = yield* seeded(world, cast, inChannel(world, cast))
    const remove = discord.faults.add({
      on: posts,
      where: ({ path }) => path.includes(channel.id),
      effect: { kind: "cut", when: "after" }
    })
    yield* sendEvent(world, code)
    yield* discord.until("the pointer", () => pointersTo(world, cast.owner.user)[0])
    // The first try has given up, its own repetitions included.
    yield* until(
      Effect.orDie(
        inDatabase(world, sql => sql`select 1 from notifications where code = ${code} and reason is not null`)
      ),
      rows => rows.length === 1
    )
    yield* inDatabase(
      world,
      sql => sql`update shown_messages set begun_at = begun_at - ${minutes} * interval '1 minute'
        where code = ${code}`
    )
    remove()
    const rows = yield* notificationsOf(world, code)
    return { rows, pointers: pointersTo(world, cast.owner.user).length }
  })

layer(RunningWorld.layer({ discord: { nonceWindowMs: 0 } }), { excludeTestServices: true, timeout: 60_000 })(
  "a pointer in a channel whose history the bot cannot read",
  it => {
    it.scoped("is not posted a second time after a long doubt: an operator hears of it (C16)", () =>
      Effect.gen(function* () {
        expect(yield* inDoubt(5)).toMatchObject({
          rows: [
            {
              state: "dead",
              reason: "it may stand in the channel already, whose message history the bot cannot read"
            }
          ],
          // As often as the first try repeated itself: here Discord remembers no nonce at all.
          pointers: 5
        })
      })
    )
  }
)

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })(
  "a pointer whose nonce is remembered",
  it => {
    it.scoped("is the same one, also where the history cannot be read (C16)", () =>
      Effect.gen(function* () {
        expect(yield* inDoubt(0)).toMatchObject({ rows: [{ state: "delivered" }], pointers: 1 })
      })
    )
  }
)

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("closed direct messages", it => {
  it.scoped("are tried twice in some minutes and no more, where there is another way", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      const cast = yield* makeCast(world)
      yield* cardOf(world, yield* announced(world, cast))
      const dm = yield* dmOf(world, cast.owner)
      discord.world.setDmsOpen(cast.owner.user, false)
      const before = discord.requests.of(posts).length
      for (let count = 0; count < 5; count++)
        yield* notificationsOf(world, yield* announced(world, cast, inChannel(world, cast)))
      expect(pointersTo(world, cast.owner.user).length).toBe(5)
      const tried = discord.requests.of(posts).slice(before)
      expect(tried.filter(({ path }) => path.includes(dm.id)).length).toBe(2)
      // Whatever has no other way is tried all the same, and shows that they are open again.
      discord.world.setDmsOpen(cast.owner.user, true)
      yield* cardOf(world, yield* announced(world, cast))
      yield* cardOf(world, yield* announced(world, cast, inChannel(world, cast)))
      expect(pointersTo(world, cast.owner.user).length).toBe(5)
    })
  )
})
