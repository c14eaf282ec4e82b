import { Effect, Redacted, Stream } from "effect"
import type { Scope } from "effect"
import { appendFileSync } from "node:fs"
import { FakeDiscord } from "../../sandbox/discord/FakeDiscord.ts"
import type { FakeDiscordService } from "../../sandbox/discord/FakeDiscord.ts"
import type { Guild, User } from "../../sandbox/discord/Model.ts"
import { generateKeyPair } from "../../sandbox/mochi/ed25519.ts"
import * as FakeMochi from "../../sandbox/mochi/FakeMochi.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { generateHmacSecret } from "../../sandbox/mochi/webhookSigning.ts"
import * as ServiceProcess from "../../sandbox/ServiceProcess.ts"
import * as Ground from "../Ground.ts"
import { everybody, mochiWorld } from "./cast.ts"
import type { Person } from "./cast.ts"

/** The fakes with the cast in them, and the service in a process of its own on a new database. */
export interface World {
  readonly discord: FakeDiscordService
  readonly mochi: FakeMochi.FakeMochi
  readonly service: ServiceProcess.ServiceProcess
  readonly guild: Guild
  readonly userOf: (person: Person) => User
}

export interface WorldOptions {
  readonly seed: number
  /** The file for the service's log lines, if any. */
  readonly log: string | undefined
}

/** Does not start the service; nothing goes wrong before `trouble`. */
export const make = ({ log, seed }: WorldOptions): Effect.Effect<World, never, Scope.Scope> =>
  Effect.gen(function* () {
    const ground = yield* Ground.make
    const keys = generateKeyPair()
    const webhookSecret = generateHmacSecret()
    const url = `http://127.0.0.1:${yield* Ground.freePort}`
    const discord = yield* FakeDiscord.make()
    const mochi = yield* FakeMochi.make({
      botSecret,
      botPublicKey: keys.publicKey.toString("hex"),
      world: mochiWorld,
      seed
    })
    yield* mochi.webhooks.target({ botUrls: [url], secrets: [webhookSecret] })
    const users = new Map(
      everybody.map(({ discordId, name }) => [
        discordId,
        discord.world.addUser({ id: discordId, username: name })
      ])
    )
    const guild = discord.world.addGuild({ name: "Soak", members: [...users.values()] })
    const service = yield* ServiceProcess.make({
      url,
      folder: ground.folder,
      environment: {
        DISCORD_BOT_TOKEN: discord.token,
        DISCORD_API_BASE_URL: discord.apiBaseUrl,
        MOCHI_APP_PRIVATE_KEY: keys.seed.toString("hex"),
        MOCHI_PAY_API_BASE_URL: mochi.url,
        MOCHI_BOT_SECRET: botSecret,
        MOCHI_WEBHOOK_SECRETS: webhookSecret,
        DATABASE_URL: Redacted.value(yield* ground.database),
        HOST: "127.0.0.1",
        PORT: new URL(url).port,
        // The soak is not about the rate limit for users.
        USER_RATE_LIMIT: "100000/60",
        LOG_FORMAT: "json"
      }
    })
    if (log !== undefined)
      yield* Effect.forkScoped(
        Stream.runForEach(service.lines, line =>
          Effect.sync(() => appendFileSync(log, `${JSON.stringify(line)}\n`))
        )
      )
    return {
      discord,
      mochi,
      service,
      guild,
      userOf: ({ discordId }) => users.get(discordId) ?? discord.world.bot
    }
  })

const botSecret = "bot-secret-of-the-soak"

/** The share of all answers that are 429, and that are 500. Half of the 500s come after the work was done. */
const share = 0.05

/** Switches on everything that goes wrong until the end. */
export const trouble = ({ discord, mochi }: World, seed: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    discord.faults.add({
      probability: share,
      seed,
      effect: { kind: "rateLimit", retryAfterMs: 1000, scope: "shared" }
    })
    for (const [offset, when] of [
      [1, "before"],
      [2, "after"]
    ] as const)
      discord.faults.add({
        probability: share / 2,
        seed: seed + offset,
        effect: { kind: "status", status: 500, when }
      })
    yield* mochi.faults.add({ fault: Fault.Latency({ duration: "80 millis" }) })
    yield* mochi.faults.add({
      fault: Fault.RateLimited({ retryAfterSeconds: 1 }),
      probability: share,
      seed: seed + 3
    })
    yield* mochi.faults.add({ fault: Fault.Status({ status: 500 }), probability: share / 2, seed: seed + 4 })
    yield* mochi.faults.add({
      fault: Fault.StatusAfter({ status: 500 }),
      probability: share / 2,
      seed: seed + 5
    })
    yield* mochi.webhooks.configure({
      outOfOrder: 0.2,
      parkedAtMost: "4 seconds",
      twice: 0.1,
      freshIds: true,
      maxTries: 1000,
      retryAtMost: "5 seconds"
    })
  })
