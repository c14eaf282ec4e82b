import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import {
  announced,
  buttonsOf,
  cardOf,
  eventOf,
  inChannel,
  kudosByNewcomer,
  makeCast,
  pointersTo,
  pointerTo,
  readerOf,
  seeded,
  sendEvent,
  told,
  until
} from "./cast.ts"
import { cardTitle, messagesAbout } from "./crowd.ts"
import { textOf, withFault } from "./steps.ts"
import { inDatabase, notificationsOf } from "./stored.ts"
import { RunningWorld } from "./world.ts"
import type { World } from "./world.ts"

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("a request's news", it => {
  it.scoped(
    "reaches the owner as a card, then everybody as its end, each once however often it is told",
    () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { mochi } = world
        const cast = yield* makeCast(world)
        yield* mochi.webhooks.configure({ copies: 3, freshIds: true })
        const code = yield* announced(world, cast)
        const card = yield* cardOf(world, code)
        expect(textOf(card)).toMatch(/10\.5 USDC/)
        expect(textOf(card)).toContain("Thank you")
        expect(textOf(card)).toMatch(/<t:\d+:R>/)
        expect(textOf(card)).toContain(`<@${cast.recipient.user.id}>`)
        expect(readerOf(world, card)).toBe(cast.owner.user.id)
        expect(buttonsOf(card)).toEqual([
          `approve-${code}-${cast.owner.applicationId}`,
          `reject-${code}-${cast.owner.applicationId}`
        ])

        yield* mochi.decide(code, "approved")
        yield* mochi.webhooks.idle
        yield* mochi.webhooks.configure({ copies: 1, freshIds: false })
        yield* notificationsOf(world, code, 4)
        const [settled, ...others] = messagesAbout(world, code, cardTitle)
        expect(others).toEqual([])
        expect(buttonsOf(settled!)).toEqual([])
        expect(settled!.embeds[0]?.author?.name).toBe("Transfer request approved")
        expect(textOf(settled!)).toContain(`<@${cast.owner.user.id}>`)
        expect(told(world, code)).toEqual([
          [cast.requester.user.id, "Kudos Request Approved"],
          [cast.recipient.user.id, "Kudos Received"]
        ])
      })
  )

  it.scoped("edits the requester's answer within two minutes and sends no message besides", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const { run, code } = yield* kudosByNewcomer(world)
      yield* mochi.decide(code, "rejected")
      yield* run.answeredWhen(message => textOf(message).includes("rejected"))
      yield* notificationsOf(world, code, 3)
      expect(told(world, code)).toEqual([])
    })
  )

  it.scoped("later than two minutes edits the answer and tells the requester besides", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const { code, run, user } = yield* kudosByNewcomer(world)
      yield* inDatabase(
        world,
        sql =>
          sql`update interactions set received_at = received_at - interval '3 minutes' where id = ${run.interaction.id}`
      )
      yield* mochi.decide(code, "rejected")
      yield* run.answeredWhen(message => textOf(message).includes("rejected"))
      yield* notificationsOf(world, code, 3)
      expect(told(world, code)).toEqual([[user.id, "Kudos Request Rejected"]])
    })
  )

  it.scoped("leaves an answer alone whose token died, and tells the requester by message", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const { code, run, user } = yield* kudosByNewcomer(world)
      yield* inDatabase(
        world,
        sql =>
          sql`update interactions set received_at = received_at - interval '16 minutes' where id = ${run.interaction.id}`
      )
      yield* mochi.decide(code, "approved")
      yield* notificationsOf(world, code, 4)
      expect(textOf(run.original()!)).not.toContain("approved")
      expect(told(world, code)).toContainEqual([user.id, "Kudos Request Approved"])
    })
  )

  it.scoped("decided by button counts as told: the webhook that follows changes nothing", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, mochi } = world
      const cast = yield* makeCast(world)
      const code = yield* announced(world, cast)
      const card = yield* cardOf(world, code)
      yield* mochi.webhooks.configure({ enabled: false })
      yield* discord.people.pressButton({
        user: cast.owner.user,
        message: card,
        customId: `approve-${code}-${cast.owner.applicationId}`
      })
      yield* notificationsOf(world, code, 4)
      const before = discord.messages.get(card.id)!
      expect(buttonsOf(before)).toEqual([])
      yield* mochi.webhooks.configure({ enabled: true })
      yield* sendEvent(world, code)
      yield* notificationsOf(world, code, 4)
      expect(discord.messages.get(card.id)!.versions.length).toBe(before.versions.length)
      expect(told(world, code).length).toBe(2)
    })
  )

  it.scoped("one person in several roles hears it once", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const cast = yield* makeCast(world)
      const ownerAsks = yield* announced(world, cast, {
        requesterProfileId: cast.owner.profileId,
        requesterMetadata: { platform: "discord", discord_user_id: cast.owner.user.id }
      })
      const forOneself = yield* announced(world, cast, {
        recipientProfileId: cast.requester.profileId
      })
      for (const code of [ownerAsks, forOneself]) {
        yield* mochi.decide(code, "approved")
        yield* notificationsOf(world, code, 4)
      }
      expect(told(world, ownerAsks)).toEqual([[cast.recipient.user.id, "Kudos Received"]])
      expect(told(world, forOneself)).toEqual([[cast.requester.user.id, "Kudos Received"]])
    })
  )

  it.scoped("that is settled before it is pending makes one final card; the late pending does nothing", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, mochi } = world
      const cast = yield* makeCast(world)
      const code = yield* seeded(world, cast)
      const pending = yield* eventOf(world, code)
      yield* mochi.decide(code, "rejected")
      yield* notificationsOf(world, code, 2)
      const [card] = messagesAbout(world, code, cardTitle)
      expect(card!.versions.map(buttonsOf)).toEqual([[]])
      yield* mochi.webhooks.send({ body: pending })
      yield* notificationsOf(world, code, 2)
      expect(discord.messages.get(card!.id)!.versions.length).toBe(1)
      expect(messagesAbout(world, code).length).toBe(2)
    })
  )

  it.scoped("approved may become failed: the card follows and the requester hears both", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const cast = yield* makeCast(world)
      const code = yield* announced(world, cast)
      yield* mochi.decide(code, "approved")
      yield* notificationsOf(world, code, 4)
      yield* mochi.decide(code, "failed")
      yield* notificationsOf(world, code, 7)
      const [card] = messagesAbout(world, code, cardTitle)
      expect(textOf(card!)).toContain("failed")
      expect(told(world, code)).toEqual([
        [cast.requester.user.id, "Kudos Request Approved"],
        [cast.requester.user.id, "Kudos Request Failed"],
        [cast.recipient.user.id, "Kudos Failed"]
      ])
    })
  )

  it.scoped("with finals that contradict each other ends as Mochi answers", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const cast = yield* makeCast(world)
      const code = yield* announced(world, cast)
      yield* mochi.decide(code, "approved")
      yield* notificationsOf(world, code, 4)
      yield* mochi.forgetCalls
      yield* sendEvent(world, code, { status: "rejected" })
      yield* until(mochi.callsOf("request"), calls => calls.some(({ status }) => status === 200))
      yield* notificationsOf(world, code, 4)
      const [card] = messagesAbout(world, code, cardTitle)
      expect(textOf(card!)).toContain("approved")
      expect(told(world, code).length).toBe(2)
    })
  )

  it.scoped("without a status ends as Mochi answers", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const cast = yield* makeCast(world)
      const code = yield* seeded(world, cast)
      yield* sendEvent(world, code, { status: undefined })
      expect(buttonsOf(yield* cardOf(world, code)).length).toBe(2)
      yield* mochi.webhooks.configure({ enabled: false })
      yield* mochi.decide(code, "rejected")
      yield* mochi.webhooks.configure({ enabled: true })
      yield* sendEvent(world, code, { status: undefined })
      yield* notificationsOf(world, code, 3)
      const [card, ...others] = messagesAbout(world, code, cardTitle)
      expect(others).toEqual([])
      expect(textOf(card!)).toContain("rejected")
    })
  )

  it.scoped(
    "that never comes does not matter: a card whose time passes is brought up to date without a click",
    () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { discord, mochi } = world
        const cast = yield* makeCast(world)
        const code = yield* announced(world, cast, { expiresAt: Date.now() + 2500 })
        yield* cardOf(world, code)
        yield* mochi.webhooks.idle
        yield* mochi.webhooks.configure({ enabled: false })
        // The first answer is lost, so that it has to be asked again.
        yield* withFault(world, { fault: Fault.ResetBefore(), operations: ["request"], times: 1 })
        const expired = yield* discord.awaitMessage(
          message => textOf(message).includes(code) && textOf(message).includes("expired"),
          15_000
        )
        yield* mochi.webhooks.configure({ enabled: true })
        expect(buttonsOf(expired)).toEqual([])
        yield* notificationsOf(world, code, 3)
        expect(told(world, code)).toEqual([[cast.requester.user.id, "Kudos Request Expired"]])
      })
  )

  it.scoped("that tells only later who decided adds the name to the settled card", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, mochi } = world
      const cast = yield* makeCast(world)
      const code = yield* announced(world, cast)
      const card = yield* cardOf(world, code)
      yield* mochi.webhooks.configure({ enabled: false })
      yield* mochi.decide(code, "approved")
      yield* mochi.webhooks.configure({ enabled: true })
      yield* sendEvent(world, code, { decided_by_profile_id: undefined })
      yield* notificationsOf(world, code, 4)
      expect(textOf(discord.messages.get(card.id)!)).not.toContain("Decided by")
      yield* sendEvent(world, code)
      const named = yield* discord.awaitMessage(
        message => message.id === card.id && textOf(message).includes("Decided by")
      )
      expect(textOf(named)).toContain(`<@${cast.owner.user.id}>`)
      yield* notificationsOf(world, code, 4)
      expect(told(world, code).length).toBe(2)
    })
  )

  it.scoped("keeps the amount of the source that came first", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const cast = yield* makeCast(world)
      const code = yield* announced(world, cast)
      yield* cardOf(world, code)
      yield* mochi.webhooks.configure({ enabled: false })
      yield* mochi.decide(code, "approved")
      yield* mochi.webhooks.configure({ enabled: true })
      yield* sendEvent(world, code, { token_amount: "99.9", token_symbol: "ETH" })
      yield* notificationsOf(world, code, 4)
      for (const message of messagesAbout(world, code)) {
        expect(textOf(message)).toContain("10.5 USDC")
        expect(textOf(message)).not.toContain("99.9")
      }
    })
  )

  it.scoped("pings nobody and shows no markup of others, whatever names and reason contain", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, discord, mochi } = world
      const cast = yield* makeCast(world)
      const hostile = `@everyone <@${ada.id}> **bold** [click](https://evil.example) \`\`\`\n# big`
      const code = yield* seeded(world, cast, { description: `${hostile}${"x".repeat(5000)}` })
      yield* sendEvent(world, code, { app_name: hostile, vault_name: hostile, token_symbol: "||A||" })
      const card = yield* cardOf(world, code)
      expect(card.pings).toEqual({ users: [], roles: [], everyone: false })
      expect(textOf(card)).not.toMatch(/(?<!\\)\*\*bold|(?<!\\)\[click|(?<!\\)`|^# big|(?<!\\)<@(?!\d+>\n)/m)
      yield* mochi.decide(code, "approved")
      yield* notificationsOf(world, code, 4)
      for (const message of messagesAbout(world, code))
        expect(message.pings).toEqual({ users: [], roles: [], everyone: false })
      const created = discord.requests.all.filter(
        ({ method, route }) =>
          /^(POST|PATCH)$/.test(method) && route.startsWith("/channels/{channel_id}/messages")
      )
      expect(created.length).toBeGreaterThan(0)
      for (const { body } of created) expect(body).toHaveProperty("allowed_mentions.parse", [])
    })
  )
})

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })("closed direct messages", it => {
  it.scoped("become a pointer in the channel that only its reader can open, kept up to date", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { channel, discord, guild, mallory, mochi } = world
      const cast = yield* makeCast(world)
      discord.world.setDmsOpen(cast.owner.user, false)
      const code = yield* announced(world, cast, inChannel(world, cast))
      const pointer = yield* discord.awaitMessage(
        message => message.channelId === channel.id && message.pings.users.includes(cast.owner.user.id)
      )
      expect(pointer.pings).toEqual({ users: [cast.owner.user.id], roles: [], everyone: false })
      expect(textOf(pointer)).not.toMatch(/10\.5|USDC|Thank you/)
      const [viewButton] = buttonsOf(pointer)

      const nosy = yield* discord.people.pressButton({
        user: mallory,
        message: pointer,
        customId: viewButton!
      })
      expect(textOf(yield* nosy.answered)).toContain("not for you")
      const opened = yield* discord.people.pressButton({
        user: cast.owner.user,
        message: pointer,
        customId: viewButton!
      })
      const view = yield* opened.answered
      expect(view.ephemeralFor).toBe(cast.owner.user.id)
      expect(textOf(view)).toContain("10.5 USDC")
      expect(buttonsOf(view)).toEqual([
        `approve-${code}-${cast.owner.applicationId}`,
        `reject-${code}-${cast.owner.applicationId}`
      ])
      yield* mochi.decide(code, "rejected")
      const settled = yield* opened.answeredWhen(message => textOf(message).includes("rejected"))
      expect(buttonsOf(settled)).toEqual([])
      yield* notificationsOf(world, code, 3)
      expect(pointersTo(world, cast.owner.user).length).toBe(1)
      expect(guild.memberIds.has(cast.owner.user.id)).toBe(true)
    })
  )

  it.scoped("of an owner who decides behind the View button settle the request like a card", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, mochi } = world
      const cast = yield* makeCast(world)
      discord.world.setDmsOpen(cast.owner.user, false)
      const code = yield* announced(world, cast, inChannel(world, cast))
      const pointer = yield* pointerTo(world, cast.owner.user)
      const opened = yield* discord.people.pressButton({
        user: cast.owner.user,
        message: pointer,
        customId: buttonsOf(pointer)[0]!
      })
      const view = yield* opened.answered
      yield* discord.people.pressButton({
        user: cast.owner.user,
        message: view,
        customId: `approve-${code}-${cast.owner.applicationId}`
      })
      yield* opened.answeredWhen(
        message => textOf(message).includes("approved") && buttonsOf(message).length === 0
      )
      yield* notificationsOf(world, code, 4)
      expect((yield* mochi.requests).find(request => request.code === code)?.status).toBe("success")
    })
  )

  it.scoped(
    "of requester and recipient are pointed to in the channel, also where no server is shared any more",
    () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { discord, guild, mochi } = world
        const cast = yield* makeCast(world)
        const code = yield* announced(world, cast, inChannel(world, cast))
        yield* cardOf(world, code)
        discord.world.setDmsOpen(cast.recipient.user, false)
        discord.world.removeMember(guild, cast.requester.user)
        yield* mochi.decide(code, "approved")
        yield* notificationsOf(world, code, 4)
        expect(pointersTo(world, cast.recipient.user).length).toBe(1)
        expect(pointersTo(world, cast.requester.user).length).toBe(1)
        const [pointer] = pointersTo(world, cast.recipient.user)
        const opened = yield* discord.people.pressButton({
          user: cast.recipient.user,
          message: pointer!,
          customId: buttonsOf(pointer!)[0]!
        })
        expect(textOf(yield* opened.answered)).toContain("Kudos Received")
      })
  )

  it.scoped(
    "after a doubt longer than a nonce lasts, a pointer of another request is not taken for this one's",
    () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { channel, discord } = world
        const cast = yield* makeCast(world)
        discord.world.setDmsOpen(cast.owner.user, false)
        yield* announced(world, cast, inChannel(world, cast))
        yield* pointerTo(world, cast.owner.user)
        const code = yield* seeded(world, cast, inChannel(world, cast))
        yield* inDatabase(
          world,
          sql =>
            sql`insert into shown_messages values (${cast.owner.applicationId}, ${code}, 'owner', ${channel.id}, null,
          'channel', 'pending', now() - interval '5 minutes')`
        )
        yield* sendEvent(world, code)
        yield* notificationsOf(world, code)
        expect(pointersTo(world, cast.owner.user).map(message => buttonsOf(message)[0])).toContain(
          `view-o-${code}-${cast.owner.applicationId}`
        )
      })
  )
})

layer(RunningWorld.layer(), { excludeTestServices: true, timeout: 60_000 })(
  "what cannot be delivered",
  it => {
    const reasons = (world: World, code: string) =>
      Effect.map(notificationsOf(world, code), rows =>
        rows.flatMap(({ audience, reason, state }) => (state === "dead" ? [`${audience}: ${reason}`] : []))
      )

    it.scoped("is dead-lettered with its reason: closed DMs and no channel", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const cast = yield* makeCast(world)
        world.discord.world.setDmsOpen(cast.owner.user, false)
        const code = yield* announced(world, cast)
        expect(yield* reasons(world, code)).toEqual([
          "owner: the direct messages are closed (Discord 50007), and there is no channel to fall back to"
        ])
      })
    )

    it.scoped("is dead-lettered with its reason: no profile, no Discord account", () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const cast = yield* makeCast(world)
        const unknown = yield* seeded(world, cast)
        yield* sendEvent(world, unknown, { app_owner_profile_id: "99999" })
        expect(yield* reasons(world, unknown)).toEqual(["owner: the owner has no Mochi profile"])
        const offline = yield* seeded(world, cast)
        yield* sendEvent(world, offline, { app_owner_profile_id: "90199" })
        expect(yield* reasons(world, offline)).toEqual(["owner: the owner has no Discord account at Mochi"])
      })
    )

    it.scoped(
      "is dead-lettered with its reason: a code that no button can carry, a channel that is gone",
      () =>
        Effect.gen(function* () {
          const world = yield* RunningWorld
          const { mochi } = world
          const cast = yield* makeCast(world)
          const any = yield* seeded(world, cast)
          const long = `C-${"x".repeat(120)}`
          yield* sendEvent(world, any, { request_code: long })
          expect(yield* reasons(world, long)).toEqual(["owner: the request code is too long for a button"])
          const code = yield* seeded(world, cast)
          world.discord.world.setDmsOpen(cast.owner.user, false)
          yield* sendEvent(world, code, {
            requester_metadata: { platform: "discord", channel_id: "123456789012345678" }
          })
          expect(yield* reasons(world, code)).toEqual(["owner: Discord 10003: Gone"])
          expect((yield* mochi.unauthorised).length).toBe(0)
        })
    )
  }
)
