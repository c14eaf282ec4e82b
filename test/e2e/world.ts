import { Context, Effect, Layer, Redacted, Schedule } from "effect"
import type { Fiber, Scope } from "effect"
import * as Config from "../../src/config/Settings.ts"
import * as ShutdownInMemory from "../../src/adapters/process/ShutdownInMemory.ts"
import { FakeDiscord } from "../../sandbox/discord/FakeDiscord.ts"
import type { FakeDiscordService } from "../../sandbox/discord/FakeDiscord.ts"
import type { Channel, Guild, User } from "../../sandbox/discord/Model.ts"
import type { FakeDiscordOptions } from "../../sandbox/discord/Settings.ts"
import { generateKeyPair } from "../../sandbox/mochi/ed25519.ts"
import * as FakeMochi from "../../sandbox/mochi/FakeMochi.ts"
import { generateHmacSecret } from "../../sandbox/mochi/webhookSigning.ts"
import { ADA, GRACE, LINUS, MALLORY, PEOPLE } from "../../sandbox/people.ts"
import type { Person } from "../../sandbox/people.ts"
import { service } from "../../src/service.ts"
import { freePort } from "../support/freePort.ts"
import { freshDatabase } from "../support/postgres.ts"

export type Mode = "gateway" | "http"

/** The two fakes with the people of the sandbox, and all that a service needs to know to work with them. */
export interface World {
  readonly discord: FakeDiscordService
  readonly mochi: FakeMochi.FakeMochi
  readonly guild: Guild
  readonly channel: Channel
  readonly ada: User
  readonly grace: User
  readonly linus: User
  readonly mallory: User
  readonly robot: User
  /** Where the service listens. */
  readonly url: string
  readonly webhookSecret: string
  /** The service's whole environment. */
  readonly environment: Readonly<Record<string, string>>
}

export interface WorldOptions {
  readonly mode?: Mode
  readonly discord?: FakeDiscordOptions
  readonly mochi?: Partial<FakeMochi.FakeMochiOptions>
  readonly environment?: Readonly<Record<string, string>>
}

/** The world alone: the service is not started. */
export const makeWorld = ({
  mode = "gateway",
  ...options
}: WorldOptions = {}): Effect.Effect<World, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const keys = generateKeyPair()
    const webhookSecret = generateHmacSecret()
    const port = yield* freePort
    const url = `http://127.0.0.1:${port}`
    const database = yield* freshDatabase
    const discord = yield* FakeDiscord.make({
      identifyWindowMs: 0,
      routeLimits: {
        "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": { limit: 100, windowMs: 1000 }
      },
      ...(mode === "http" ? { interactionsEndpoint: `${url}/interactions` } : {}),
      ...options.discord
    })
    const mochi = yield* FakeMochi.make({
      botSecret: "bot-secret-of-the-test",
      botPublicKey: keys.publicKey.toString("hex"),
      ...options.mochi
    })
    yield* mochi.webhooks.target({ botUrls: [url], secrets: [webhookSecret] })
    const users = new Map(PEOPLE.map(person => [person.id, addPerson(discord, person)]))
    const user = (person: Person): User => users.get(person.id)!
    const guild = discord.world.addGuild({ name: "DAO", members: [...users.values()] })
    return {
      discord,
      mochi,
      guild,
      channel: discord.world.general(guild),
      ada: user(ADA),
      grace: user(GRACE),
      linus: user(LINUS),
      mallory: user(MALLORY),
      robot: discord.world.addUser({ username: "robot", bot: true }),
      url,
      webhookSecret,
      environment: {
        DISCORD_BOT_TOKEN: discord.token,
        DISCORD_API_BASE_URL: discord.apiBaseUrl,
        DISCORD_INTERACTIONS: mode,
        DISCORD_PUBLIC_KEY: discord.publicKey,
        MOCHI_APP_PRIVATE_KEY: keys.seed.toString("hex"),
        MOCHI_PAY_API_BASE_URL: mochi.url,
        MOCHI_BOT_SECRET: "bot-secret-of-the-test",
        MOCHI_WEBHOOK_SECRETS: webhookSecret,
        DATABASE_URL: Redacted.value(database),
        HOST: "127.0.0.1",
        PORT: String(port),
        USER_RATE_LIMIT: "1000/60",
        LOG_LEVEL: process.env["TEST_LOG_LEVEL"] ?? "error",
        LOG_FORMAT: "json",
        ...options.environment
      }
    }
  })

/** The composed service in this process, ready; it ends with the scope, or when the fiber is interrupted. */
export const startService = (
  world: World,
  environment: Readonly<Record<string, string>> = {}
): Effect.Effect<Fiber.RuntimeFiber<never, unknown>, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = yield* Config.readSettings({ ...world.environment, ...environment })
    const running = yield* Layer.launch(service).pipe(
      Effect.provide(ShutdownInMemory.layer),
      Effect.provide(Config.layer(settings)),
      Effect.tapErrorCause(cause => Effect.logError("The service ended", cause)),
      Effect.forkScoped
    )
    yield* untilReady(`http://127.0.0.1:${settings.server.port}`)
    return running
  })

export const untilReady = (url: string): Effect.Effect<void, unknown> =>
  Effect.tryPromise(async () => {
    const response = await fetch(`${url}/readyz`)
    const report: unknown = await response.json()
    if (!response.ok) throw new Error(`not ready: ${JSON.stringify(report)}`)
  }).pipe(Effect.retry(Schedule.spaced("50 millis")), Effect.timeout("45 seconds"))

/** World and service, with the commands registered. */
export const makeRunningWorld = (options: WorldOptions = {}) =>
  makeWorld(options).pipe(
    Effect.tap(world => startService(world)),
    Effect.tap(untilRegistered)
  )

/** World and service: one for all tests of a block. */
export class RunningWorld extends Context.Tag("test/RunningWorld")<RunningWorld, World>() {
  static readonly layer = (options: WorldOptions = {}): Layer.Layer<RunningWorld> =>
    Layer.scoped(RunningWorld, makeRunningWorld(options)).pipe(Layer.orDie)
}

export const modes: ReadonlyArray<Mode> = ["gateway", "http"]

/** Until people find `/kudos` in their clients. */
export const untilRegistered = ({ discord, guild }: World) =>
  discord.until("the registration of /kudos", () => discord.commands.find(guild.id, "kudos"))

const addPerson = (discord: FakeDiscordService, { displayName, id, username }: Person): User =>
  discord.world.addUser({ id, username, globalName: displayName })
