import { Effect } from "effect"
import { COMMUNITY_VAULT, DAO_APP, USDC } from "../../sandbox/mochi/demoWorld.ts"
import { ADA, GRACE, LINUS } from "../../sandbox/people.ts"
import type { Sandbox } from "../../sandbox/Sandbox.ts"
import { tour } from "../../sandbox/tour.ts"
import { buttonsOf } from "../../sandbox/transcript.ts"

/** A little of everything that the dashboards show; answers with what differed from what people should have seen. */
export const traffic = (sandbox: Sandbox) =>
  Effect.gen(function* () {
    const { discord, guild, service, userOf } = sandbox
    const differences = yield* tour(sandbox, () => Effect.void, 30_000)
    const ada = { user: userOf(ADA), guild, name: "kudos" }
    const asked = { application: DAO_APP, vault: COMMUNITY_VAULT, token: USDC.id, recipient: userOf(GRACE) }

    discord.faults.add({
      on: /^(POST|PATCH) \/channels\//,
      times: 1,
      effect: { kind: "rateLimit", retryAfterMs: 50, scope: "shared" }
    })
    const seen = new Set(discord.dmsOf(userOf(LINUS)).map(({ id }) => id))
    const created = yield* discord.people.slashCommand({ ...ada, options: { ...asked, amount: "1" } })
    yield* created.answered
    const card = yield* discord.until(
      "the owner's second card",
      () => discord.dmsOf(userOf(LINUS)).find(({ id }) => !seen.has(id)),
      30_000
    )
    const customId = buttonsOf(card).find(({ label }) => label === "Reject")?.custom_id ?? ""
    const press = yield* discord.people.pressButton({ user: userOf(LINUS), message: card, customId })
    yield* press.acked
    yield* sandbox.mochi.webhooks.idle

    const refused = yield* discord.people.slashCommand({ ...ada, options: { ...asked, amount: "99999999" } })
    yield* refused.answered
    const typing = yield* discord.people.autocomplete({
      ...ada,
      options: {},
      focused: { name: "application", value: "" }
    })
    yield* typing.choices

    discord.gateway.setDown(true)
    discord.gateway.cut()
    yield* discord.until(
      "the gateway being left",
      () => (discord.gateway.connections() === 0 ? true : undefined),
      30_000
    )
    yield* Effect.sleep("1 second")
    discord.gateway.setDown(false)
    yield* service.ready
    return differences
  })
