import { expect, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as Rest from "../../../src/adapters/discord/Rest.ts"
import { CommandSync, hasDrift, layer as syncAtStart } from "../../../src/programs/discord/CommandSync.ts"
import { commandBodies as commands } from "../../../src/programs/discord/commandBodies.ts"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import type { FakeDiscordService } from "../../../sandbox/discord/FakeDiscord.ts"
import { layer as settingsLayer, readSettings } from "../../../src/config/Settings.ts"
import { loopback, restAt } from "../../adapters/discord/LoopbackRest.ts"

const everywhere = Option.none<string>()

const settings = (discord: FakeDiscordService, more: Readonly<Record<string, string>> = {}) =>
  Layer.unwrapEffect(
    Effect.map(
      readSettings({
        DISCORD_BOT_TOKEN: discord.token,
        DISCORD_API_BASE_URL: discord.apiBaseUrl,
        MOCHI_APP_PRIVATE_KEY: "11".repeat(32),
        MOCHI_PAY_API_BASE_URL: "http://127.0.0.1:1",
        MOCHI_BOT_SECRET: "secret",
        MOCHI_WEBHOOK_SECRETS: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ...more
      }),
      settingsLayer
    )
  ).pipe(Layer.orDie)

const against = (discord: FakeDiscordService) =>
  CommandSync.Default.pipe(Layer.provide(Rest.layer), Layer.provide(settings(discord)))

const writes = (discord: FakeDiscordService) =>
  discord.requests.all.filter(({ method, route }) => method === "PUT" && route.endsWith("/commands")).length

it.scopedLive("writes the whole set once, then finds nothing to write, whatever Discord adds to it", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    yield* Effect.gen(function* () {
      const { drift, registered, sync } = yield* CommandSync
      expect(yield* sync(everywhere)).toEqual({ missing: names, changed: [], foreign: [] })
      expect(hasDrift(yield* sync(everywhere))).toBe(false)
      expect(hasDrift(yield* drift(everywhere))).toBe(false)
      expect((yield* registered(everywhere)).map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    }).pipe(Effect.provide(against(discord)))
    expect(writes(discord)).toBe(1)
  })
)

it.scopedLive("two at once end with the same set", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    yield* Effect.gen(function* () {
      const { drift, sync } = yield* CommandSync
      yield* Effect.all([sync(everywhere), sync(everywhere), sync(everywhere)], { concurrency: "unbounded" })
      expect(hasDrift(yield* drift(everywhere))).toBe(false)
    }).pipe(Effect.provide(against(discord)))
  })
)

/** What Discord answers when it has these commands. */
const whenRegistered = (registered: ReadonlyArray<object>, guild = everywhere) =>
  Effect.gen(function* () {
    const server = yield* loopback(({ url }) => ({
      status: 200,
      body: url.includes("/commands") ? registered : { id: "7", verify_key: "" }
    }))
    return yield* Effect.flatMap(CommandSync, ({ drift }) => drift(guild)).pipe(
      Effect.provide(CommandSync.Default.pipe(Layer.provide(restAt(server.url))))
    )
  })

/** The first of our commands, whichever it is, and the others. */
const [kudos, ...others] = commands
const names = commands.map(({ name }) => name)
const added = {
  id: "1",
  application_id: "7",
  version: "3",
  dm_permission: true,
  nsfw: false,
  name_localizations: null
}

it.scopedLive(
  "sees a changed option, its order, a new and a foreign command; not what Discord adds by itself",
  () =>
    Effect.gen(function* () {
      const ours = [
        ...others.map(other => ({ ...added, ...other, default_member_permissions: null })),
        {
          ...added,
          ...kudos,
          contexts: [0],
          options: kudos!.options!.map(option => ({ ...option, choices: [] }))
        }
      ]
      expect(hasDrift(yield* whenRegistered(ours))).toBe(false)
      const reordered = { ...kudos, options: kudos!.options!.toReversed() }
      const longer = {
        ...kudos,
        options: kudos!.options!.map(option =>
          option.name === "reason" ? { ...option, max_length: 300 } : option
        )
      }
      for (const changed of [
        reordered,
        longer,
        { ...kudos!, description: "old" },
        { ...kudos!, contexts: [0, 1] }
      ])
        expect(yield* whenRegistered([changed, ...others])).toEqual({
          missing: [],
          changed: ["kudos"],
          foreign: []
        })
      expect(yield* whenRegistered([kudos!, { name: "tip", description: "x", type: 1 }])).toEqual({
        missing: others.map(({ name }) => name),
        changed: [],
        foreign: ["tip"]
      })
    })
)

it.scopedLive("a server's own commands are ours although Discord keeps no contexts for them", () =>
  Effect.gen(function* () {
    const stripped = commands.map(command => ({
      ...command,
      contexts: null,
      integration_types: [0, 1]
    }))
    expect(hasDrift(yield* whenRegistered(stripped, Option.some("55")))).toBe(false)
    expect(hasDrift(yield* whenRegistered(stripped))).toBe(true)
  })
)

it.scopedLive("leaves Discord alone at start with SYNC_COMMANDS=false", () =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    const start = (flag: string) => {
      const configured = settings(discord, { SYNC_COMMANDS: flag })
      return Layer.build(syncAtStart.pipe(Layer.provide(Rest.layer), Layer.provide(configured)))
    }
    yield* start("false")
    yield* start("true")
    yield* discord.until("the registration", () => (writes(discord) === 1 ? true : undefined))
    const looks = discord.requests.all.filter(
      ({ method, route }) => method === "GET" && route.endsWith("/commands")
    )
    expect(looks).toHaveLength(1)
  })
)
