import { Effect, SubscriptionRef } from "effect"
import { LINUS } from "../people.ts"
import type { Sandbox } from "../Sandbox.ts"
import type { SwitchView } from "./wire.ts"

/** Things that go wrong while a switch is on. */
export interface Trouble {
  readonly switches: SubscriptionRef.SubscriptionRef<ReadonlyArray<SwitchView>>
  /** Ignores an unknown id. */
  readonly set: (id: string, on: boolean) => Effect.Effect<void>
}

interface Kind extends Omit<SwitchView, "on"> {
  /** Switches it on; the result switches it off. */
  readonly begin: Effect.Effect<Effect.Effect<void>>
}

export const make = (sandbox: Sandbox): Effect.Effect<Trouble> =>
  Effect.gen(function* () {
    const kinds = [...mochiKinds(sandbox), ...discordKinds(sandbox)]
    const ends = new Map<string, Effect.Effect<void>>()
    const view = () => kinds.map(({ begin: _, ...rest }) => ({ ...rest, on: ends.has(rest.id) }))
    const switches = yield* SubscriptionRef.make<ReadonlyArray<SwitchView>>(view())
    const turn = yield* Effect.makeSemaphore(1)
    return {
      switches,
      set: Effect.fn("Trouble.set")(function* (id: string, on: boolean) {
        const kind = kinds.find(candidate => candidate.id === id)
        const end = ends.get(id)
        if (on && kind !== undefined && end === undefined) ends.set(id, yield* kind.begin)
        if (!on && end !== undefined) {
          ends.delete(id)
          yield* end
        }
        yield* SubscriptionRef.set(switches, view())
      }, turn.withPermits(1))
    }
  })

const mochiKinds = ({ mochi }: Sandbox): ReadonlyArray<Kind> => [
  {
    id: "mochi-slow",
    group: "Mochi",
    title: "Mochi is slow",
    hint: "Every answer takes 0.7 seconds longer. Suggestions still appear, and commands are acknowledged at once.",
    begin: mochi.faults.add({ fault: { _tag: "Latency", duration: "700 millis" } })
  },
  {
    id: "mochi-down",
    group: "Mochi",
    title: "Mochi is down",
    hint: "Every call gets a 503. Send kudos or press a button: the answer says so, and nothing is lost.",
    begin: mochi.faults.add({ fault: { _tag: "Status", status: 503 } })
  },
  {
    id: "mochi-hanging",
    group: "Mochi",
    title: "Mochi hangs",
    hint: "Calls never get an answer. Suggestions come back empty in time; a command gives up after ten seconds.",
    begin: mochi.faults.add({ fault: { _tag: "HangBefore" } })
  },
  {
    id: "answer-lost",
    group: "Mochi",
    title: "Mochi's answer gets lost",
    hint: "Mochi creates the request, then the connection breaks. /kudos still finds out what became of it.",
    begin: mochi.faults.add({ fault: { _tag: "ResetAfter" }, operations: ["createTransferRequest"] })
  },
  {
    id: "webhooks-messy",
    group: "Webhooks",
    title: "Webhooks arrive twice and out of order",
    hint: "Mochi posts every event twice, and later ones first. Everybody still gets each message once.",
    begin: Effect.as(
      mochi.webhooks.configure({ copies: 2, freshIds: true, outOfOrder: 0.6 }),
      mochi.webhooks.configure({ copies: 1, freshIds: false, outOfOrder: 0 })
    )
  }
]

const discordKinds = ({ discord, general, userOf }: Sandbox): ReadonlyArray<Kind> => [
  {
    id: "dms-closed",
    group: "People",
    title: "Linus closes his DMs",
    hint: "Send kudos: the card goes to the channel without any detail, and only Linus can view it.",
    begin: Effect.sync(() => {
      discord.world.setDmsOpen(userOf(LINUS), false)
      return Effect.sync(() => discord.world.setDmsOpen(userOf(LINUS), true))
    })
  },
  {
    id: "channel-closed",
    group: "People",
    title: "The bot may not write in #general",
    hint: "With Linus's DMs closed too, the bot cannot reach him: the card becomes a dead letter, which you can send again later.",
    begin: Effect.sync(() => {
      discord.world.setBotAccess(general, "readOnly")
      return Effect.sync(() => discord.world.setBotAccess(general, "full"))
    })
  },
  {
    id: "discord-429",
    group: "Discord",
    title: "Discord answers 429",
    hint: "Discord refuses messages with “try again in 3 seconds”. The outbox waits that long, then delivers.",
    begin: Effect.sync(() =>
      ending(
        discord.faults.add({
          on: messageRoutes,
          effect: { kind: "rateLimit", retryAfterMs: 3000, scope: "shared" }
        })
      )
    )
  },
  {
    id: "discord-500",
    group: "Discord",
    title: "Discord answers 500",
    hint: "Messages fail. The outbox retries with growing delays. Switch this off, and they arrive.",
    begin: Effect.sync(() =>
      ending(discord.faults.add({ on: messageRoutes, effect: { kind: "status", status: 500 } }))
    )
  },
  {
    id: "gateway-cut",
    group: "Discord",
    title: "Gateway cut",
    hint: "Commands fail as they do when a bot is offline. Switch this off, and the session resumes by itself.",
    begin: Effect.sync(() => {
      discord.gateway.setDown(true)
      discord.gateway.cut()
      return Effect.sync(() => discord.gateway.setDown(false))
    })
  }
]

/** The routes of the bot's own messages; answers to interactions pass. */
const messageRoutes = /^(POST|PATCH) (\/channels\/|\/users\/@me\/channels)/

const ending = (end: () => void) => Effect.sync(end)
