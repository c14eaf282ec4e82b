import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeRunningWorld } from "./world.ts"
import type { Mode } from "./world.ts"
import { COMMUNITY_VAULT, DAO_APP, USDC } from "../../src/sandbox/mochi/demoWorld.ts"

describe.each<Mode>(["gateway", "http"])("the main job over %s", mode => {
  it.scopedLive("goes from suggestions to a request, its approval, and everybody knowing", () =>
    Effect.gen(function* () {
      const { ada, channel, discord, grace, guild, linus, mochi } = yield* makeRunningWorld({ mode })
      const place = { guild, channel }
      const o = (name: string, type: number, extra = {}) => ({
        name,
        description: name,
        type,
        required: true,
        ...extra
      })
      yield* Effect.promise(() =>
        fetch(`${discord.apiBaseUrl}/applications/${discord.applicationId}/commands`, {
          method: "PUT",
          headers: { authorization: `Bot ${discord.token}`, "content-type": "application/json" },
          body: JSON.stringify([
            {
              name: "kudos",
              description: "k",
              type: 1,
              options: [
                o("application", 3, { autocomplete: true }),
                o("vault", 3, { autocomplete: true }),
                o("token", 3, { autocomplete: true }),
                o("amount", 3),
                o("recipient", 6),
                o("reason", 3, { required: false })
              ]
            }
          ])
        })
          .then(r => r.text())
          .then(t => console.log(t.slice(0, 100)))
      )

      const typing = yield* discord.people.autocomplete({
        user: ada,
        ...place,
        name: "kudos",
        options: {},
        focused: { name: "application", value: "da" }
      })
      console.log(yield* typing.choices)
      const run = yield* discord.people.slashCommand({
        user: ada,
        ...place,
        name: "kudos",
        options: {
          application: DAO_APP,
          vault: COMMUNITY_VAULT,
          token: USDC.id,
          amount: "10.5",
          recipient: grace,
          reason: "for *help*"
        }
      })
      const ack = yield* run.acked
      console.log(JSON.stringify(ack))
      const answer = yield* run.answered
      console.log(JSON.stringify(answer.embeds))
      const card = yield* discord.awaitMessage(
        message => message.embeds[0]?.title === "Vault Transfer Request"
      )
      console.log(JSON.stringify(card.embeds), JSON.stringify(card.components))
      const press = yield* discord.people.pressButton({
        user: linus,
        message: card,
        customId: (card as any).components[0].components[0].custom_id
      })
      console.log(JSON.stringify(yield* press.acked))
      const settled = yield* discord.awaitMessage(
        message => message.id === card.id && message.components.length === 0
      )
      console.log(JSON.stringify(settled.embeds))
      const thanks = yield* discord.awaitMessage(message => message.embeds[0]?.title === "Kudos Received")
      console.log(JSON.stringify(thanks.embeds))
      const edited = yield* run.answeredWhen(m => JSON.stringify(m.embeds).includes("approved"))
      console.log(JSON.stringify(edited.embeds))
      expect((yield* mochi.creates).length).toBe(1)
    })
  )
})
