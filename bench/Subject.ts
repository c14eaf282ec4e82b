import { Duration, Effect, Redacted, Schedule } from "effect"
import type { Scope } from "effect"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { FakeDiscord } from "../sandbox/discord/FakeDiscord.ts"
import type { FakeDiscordService } from "../sandbox/discord/FakeDiscord.ts"
import type { Guild, User } from "../sandbox/discord/Model.ts"
import type { FakeDiscordOptions } from "../sandbox/discord/Settings.ts"
import { generateKeyPair } from "../sandbox/mochi/ed25519.ts"
import * as FakeMochi from "../sandbox/mochi/FakeMochi.ts"
import { Fault } from "../sandbox/mochi/Faults.ts"
import { generateHmacSecret } from "../sandbox/mochi/webhookSigning.ts"
import { here, startArguments } from "./Checkout.ts"
import * as Child from "./Child.ts"
import { crowdOf, mochiWorldOf } from "./Crowd.ts"
import type { Member } from "./Crowd.ts"
import { freePort } from "./Ground.ts"
import type { Ground } from "./Ground.ts"
import type { Side } from "./sides.ts"

/** A Discord and a Mochi of its own for one program, which does not run yet. */
export interface Scene {
  readonly discord: FakeDiscordService
  readonly mochi: FakeMochi.FakeMochi
  readonly guild: Guild
  readonly crowd: ReadonlyArray<Member>
  readonly userOf: (member: Member) => User
  readonly program: Child.Program
  readonly service: Service | undefined
}

/** What a service has, and a bot of the anchors has not. */
export interface Service {
  readonly url: string
  readonly webhookSecret: string
  readonly database: Redacted.Redacted
}

export const serviceOf = ({ service }: Scene): Service => {
  if (service === undefined) throw new Error("an anchor is no service")
  return service
}

/** A program in a process of its own, at work. */
export interface Subject extends Scene {
  readonly child: Child.Child
}

export interface SceneOptions {
  readonly people: number
  /** How long Mochi takes for each call. */
  readonly mochiTakes: Duration.DurationInput
  readonly discord?: FakeDiscordOptions
  /** Guilds besides the one that everybody is in, each with twenty channels. */
  readonly moreGuilds?: number
  /** More of the service's environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What an operator sets when Mochi allows it. */
export const generousMochi = { MOCHI_MAX_CONCURRENT: "64", MOCHI_MAX_PER_SECOND: "1000" }

export const scene = (
  ground: Ground,
  side: Side,
  options: SceneOptions
): Effect.Effect<Scene, never, Scope.Scope> =>
  Effect.gen(function* () {
    const keys = generateKeyPair()
    const crowd = crowdOf(options.people)
    const discord = yield* FakeDiscord.make({ identifyWindowMs: 0, ...options.discord })
    const mochi = yield* FakeMochi.make({
      botSecret,
      botPublicKey: keys.publicKey.toString("hex"),
      world: mochiWorldOf(crowd)
    })
    if (Duration.greaterThan(options.mochiTakes, 0))
      yield* mochi.faults.add({ fault: Fault.Latency({ duration: options.mochiTakes }) })
    // The bench sends webhooks itself when it measures them.
    yield* mochi.webhooks.configure({ enabled: false })
    const users = new Map(
      crowd.map(member => [
        member.discordId,
        discord.world.addUser({ id: member.discordId, username: member.name })
      ])
    )
    const guild = discord.world.addGuild({ name: "Everybody", members: [...users.values()] })
    addGuilds(discord, options.moreGuilds ?? 0)

    const common = {
      DISCORD_BOT_TOKEN: discord.token,
      MOCHI_APP_PRIVATE_KEY: keys.seed.toString("hex"),
      MOCHI_PAY_API_BASE_URL: mochi.url,
      MOCHI_BOT_SECRET: botSecret
    }
    const program = {
      folder: ground.folder,
      log: join(ground.folder, `${side}-${randomUUID()}.log`)
    }
    const rest = {
      discord,
      mochi,
      crowd,
      guild,
      userOf: ({ discordId }: Member) => users.get(discordId) ?? discord.world.bot
    }
    const bot = bots[side]
    if (bot !== undefined) {
      const environment = { ...common, DISCORD_API: `${discord.url}/api` }
      return { ...rest, service: undefined, program: { ...program, arguments: [bot], environment } }
    }
    const service = {
      url: `http://127.0.0.1:${yield* freePort}`,
      webhookSecret: generateHmacSecret(),
      database: yield* ground.database
    }
    const environment = {
      ...common,
      DISCORD_API_BASE_URL: discord.apiBaseUrl,
      MOCHI_WEBHOOK_SECRETS: service.webhookSecret,
      DATABASE_URL: Redacted.value(service.database),
      HOST: "127.0.0.1",
      PORT: new URL(service.url).port,
      USER_RATE_LIMIT: "100000/60",
      LOG_FORMAT: "json",
      ...options.environment
    }
    const checkout = side === "before" ? (ground.before ?? here) : here
    return { ...rest, service, program: { ...program, arguments: startArguments(checkout), environment } }
  })

const botSecret = "bot-secret-of-the-bench"

const bots: Partial<Record<Side, string>> = {
  bare: fileURLToPath(new URL("./bots/bareBot.ts", import.meta.url)),
  "discord.js": fileURLToPath(new URL("./bots/discordJsBot.ts", import.meta.url))
}

/** Starts the scene's program, and returns when it is ready to work. */
export const start = (of: Scene): Effect.Effect<Subject, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Child.start(of.program)
    if (of.service === undefined) yield* child.says("ready")
    else yield* untilReady(of.service.url, of.program)
    yield* Effect.orDie(
      of.discord.until(
        "the registration of /kudos",
        () => of.discord.commands.find(of.guild.id, "kudos"),
        30_000
      )
    )
    return { ...of, child }
  })

export const make = (ground: Ground, side: Side, options: SceneOptions) =>
  Effect.flatMap(scene(ground, side, options), start)

const addGuilds = (discord: FakeDiscordService, count: number) => {
  for (let index = 0; index < count; index++) {
    const guild = discord.world.addGuild({ name: `Guild ${index}` })
    for (let room = 1; room < 20; room++) discord.world.addChannel(guild, `room-${room}`)
  }
}

const untilReady = (url: string, program: Child.Program) =>
  Effect.tryPromise(async () => {
    const response = await fetch(`${url}/readyz`)
    const report = await response.text()
    if (!response.ok) throw new Error(report)
  }).pipe(
    Effect.retry(Schedule.spaced("100 millis")),
    Effect.timeout("60 seconds"),
    Effect.orElse(() => Effect.dieMessage(`The service is not ready:\n${Child.lastWords(program)}`))
  )
