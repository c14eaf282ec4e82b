import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { COMMUNITY_VAULT, DAO_APP, USDC } from "../../sandbox/mochi/demoWorld.ts"
import { buttonsOf, fieldOf } from "../../sandbox/transcript.ts"
import { expectValidRequests, sendKudos, suggestions } from "./steps.ts"
import { makeRunningWorld, modes } from "./world.ts"

describe.each(modes)("the main job over %s", mode => {
  it.scopedLive("goes from suggestions to a request, its approval, and everybody knowing", () =>
    Effect.gen(function* () {
      const world = yield* makeRunningWorld({ mode })
      const { ada, discord, grace, linus, mochi } = world

      expect(yield* suggestions(world, "application", "da")).toEqual([{ name: "DAO App", value: DAO_APP }])
      expect(yield* suggestions(world, "vault", "comm", { application: DAO_APP })).toEqual([
        { name: "Community Vault", value: COMMUNITY_VAULT }
      ])
      expect(
        yield* suggestions(world, "token", "usd", { application: DAO_APP, vault: COMMUNITY_VAULT })
      ).toEqual([{ name: "USDC · 2500.75 (≈ $2500.75) · Ethereum", value: USDC.id }])

      const run = yield* sendKudos(world, { reason: "for *help*" })
      expect((yield* run.acked).callback).toEqual({ type: 5, flags: 64 })
      const answer = yield* run.answered
      expect(answer.embeds[0]?.title).toBe("Kudos Request Created")
      expect(answer.ephemeralFor).toBe(ada.id)

      const card = yield* discord.until("the owner's card", () => discord.dmsOf(linus)[0])
      const [request] = yield* mochi.requests
      expect(card.embeds[0]?.title).toBe("Vault Transfer Request")
      expect(buttonsOf(card).map(({ custom_id, label }) => [label, custom_id])).toEqual([
        ["Approve", `approve-${request?.code}-${DAO_APP}`],
        ["Reject", `reject-${request?.code}-${DAO_APP}`]
      ])
      expect(
        ["Amount", "Recipient", "Reason", "Vault", "Requested by", "Request ID"].map(name =>
          fieldOf(card, name)
        )
      ).toEqual([
        "10.5 USDC (≈ $10.50)",
        `<@${grace.id}>`,
        "for \\help\\",
        "Community Vault (DAO App)",
        `<@${ada.id}>`,
        request?.code
      ])

      const press = yield* discord.people.pressButton({
        user: linus,
        message: card,
        customId: `approve-${request?.code}-${DAO_APP}`
      })
      expect((yield* press.acked).callback).toEqual({ type: 6 })
      const settled = yield* discord.awaitMessage(
        ({ components, id }) => id === card.id && components.length === 0
      )
      expect(settled.embeds[0]?.author?.name).toBe("Transfer request approved")
      expect(fieldOf(settled, "Status")).toBe("approved")
      expect(fieldOf(settled, "Decided by")).toBe(`<@${linus.id}>`)

      const edited = yield* run.answeredWhen(message => fieldOf(message, "Status") !== undefined)
      expect(fieldOf(edited, "Status")).toBe("approved")
      const thanks = yield* discord.until("Grace's message", () => discord.dmsOf(grace)[0])
      expect(thanks.embeds[0]?.title).toBe("Kudos Received")
      expect(fieldOf(thanks, "Amount")).toBe("10.5 USDC (≈ $10.50)")

      yield* mochi.webhooks.idle
      expect(yield* mochi.creates).toHaveLength(1)
      expect(yield* mochi.request(request?.code ?? "")).toMatchObject({
        value: { status: "success", amount: 10_500_000n }
      })
      expect(yield* mochi.unauthorised).toEqual([])
      expect(discord.dmsOf(linus)).toHaveLength(1)
      expect(discord.dmsOf(grace)).toHaveLength(1)
      expect(discord.dmsOf(ada)).toEqual([])
      expectValidRequests(world)
    })
  )
})
