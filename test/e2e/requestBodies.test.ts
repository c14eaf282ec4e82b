import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { COMMUNITY_VAULT, DAO_APP } from "../../sandbox/mochi/demoWorld.ts"
import { buttonsOf } from "../../sandbox/transcript.ts"
import { openApiAvailable, faultsOfBody, requestFaults, responseFaults } from "../support/openapi.ts"
import { kudosAnswer, sendKudos, suggestions } from "./steps.ts"
import { makeRunningWorld, modes } from "./world.ts"

/** Every kind of request that the service makes, the first answers over HTTP left out there: they are no requests. */
const kinds = {
  both: [
    "GET /applications/@me",
    "GET /applications/{application_id}/commands",
    "PATCH /channels/{channel_id}/messages/{message_id}",
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "POST /channels/{channel_id}/messages",
    "POST /users/@me/channels",
    "POST /webhooks/{webhook_id}/{webhook_token}",
    "PUT /applications/{application_id}/commands"
  ],
  gateway: ["GET /gateway/bot", "POST /interactions/{interaction_id}/{interaction_token}/callback"]
} as const

describe.each(modes)("what is sent to Discord over %s", mode => {
  it.scopedLive("is valid under Discord's own document, whatever was asked", ({ skip }) =>
    Effect.gen(function* () {
      const world = yield* makeRunningWorld({ mode })
      const { channel, discord, grace, linus, mochi } = world
      const press = (
        message: Parameters<typeof buttonsOf>[0] & { readonly id: string },
        label: string,
        user = linus
      ) =>
        discord.people.pressButton({
          user,
          message,
          customId: buttonsOf(message).find(button => button.label === label)?.custom_id ?? ""
        })

      yield* suggestions(world, "token", "", { application: DAO_APP, vault: COMMUNITY_VAULT })
      yield* kudosAnswer(world, { amount: "nothing" })
      yield* kudosAnswer(world, {}, world.mallory)
      const run = yield* sendKudos(world, { reason: "*thanks*" })
      const card = yield* discord.until("the owner's card", () => discord.dmsOf(linus)[0])
      yield* press(card, "Approve")
      yield* run.answeredWhen(message => JSON.stringify(message.embeds).includes("approved"))
      yield* discord.until("the recipient's message", () => discord.dmsOf(grace)[0])

      // Too late, in a channel, behind a View button, and edited by a webhook.
      const late = discord.messages.create({
        channel,
        authorId: discord.applicationId,
        embeds: card.embeds,
        components: card.components
      })
      yield* Effect.flatMap(press(late, "Reject"), click => click.followUpWhen(() => true))
      discord.world.setDmsOpen(linus, false)
      yield* sendKudos(world, { amount: "1" })
      const pointer = yield* discord.awaitMessage(
        message => message.channelId === channel.id && message.pings.users.includes(linus.id)
      )
      yield* Effect.flatMap(press(pointer, "View"), click => click.answered)
      discord.world.setDmsOpen(linus, true)
      yield* sendKudos(world, { amount: "2" })
      const second = yield* discord.until("another card", () => discord.dmsOf(linus)[1])
      const code = second.embeds[0]?.footer?.text.replace("Request ", "") ?? ""
      yield* mochi.decide(code, "rejected")
      yield* discord.awaitMessage(({ components, id }) => id === second.id && components.length === 0)
      yield* mochi.webhooks.idle

      const seen = new Set(discord.requests.all.map(({ method, route }) => `${method} ${route}`))
      expect([...seen]).toEqual(
        expect.arrayContaining([...kinds.both, ...(mode === "gateway" ? kinds.gateway : [])])
      )
      expect(requestFaults(discord.requests.all)).toEqual([])
      expect(responseFaults(discord.requests.all)).toEqual([])
      expect(
        discord.requests.all.filter(({ userAgent }) => !/^DiscordBot \(\S+, \S+\)/.test(userAgent ?? ""))
      ).toEqual([])
      if (!openApiAvailable)
        skip("Discord's OpenAPI document is not at hand: only the builders' limits were checked")
    })
  )

  it("would be noticed if it were not", () => {
    const body = { embeds: [{ title: "x".repeat(300) }] }
    expect(faultsOfBody("/channels/{channel_id}/messages", body)).not.toEqual([])
  })
})
