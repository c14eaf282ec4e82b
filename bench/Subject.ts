import { Duration, Effect, Redacted, Schedule } from "effect"
import type { Scope } from "effect"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { FakeDiscord } from "../sandbox/discord/FakeDiscord.ts"
import type { FakeDiscordService } from "../sandbox/discord/FakeDiscord.ts"
import type { Guild, User } from "../sandbox/discord/Model.ts"
import type { FakeDiscordOptions } from "../sandbox/discord/Settings.ts"
import { generateKeyPair } from "../sandbox/mochi/ed25519.ts"
import * as FakeMochi from "../sandbox/mochi/FakeMochi.ts"
import { Fault } from "../sandbox/mochi/Faults.ts"
import { generateHmacSecret } from "../sandbox/mochi/webhookSigning.ts"
import * as Child from "./Child.ts"
import { crowdOf, mochiWorldOf } from "./Crowd.ts"
import type { Member } from "./Crowd.ts"
import { freePort } from "./Ground.ts"
import type { Ground } from "./Ground.ts"

/** A bot in a process of its own, in a Discord and a Mochi of its own. */
export interface Subject {
  readonly child: Child.Child
  readonly discord: FakeDiscordService
  readonly mochi: FakeMochi.FakeMochi
  readonly guild: Guild
  readonly crowd: ReadonlyArray<Member>
  readonly userOf: (member: Member) => User
  /** Where the service listens; the discord.js bot does not. */
  readonly url: string
  readonly webhookSecret: string
}

export interface SubjectOptions {
  readonly kind: "service" | "discord.js"
  /** Another checkout whose service is measured, as a folder with a trailing slash; this one by default. */
  readonly checkout?: URL
  readonly people: number
  /** How long Mochi takes for each call. */
  readonly mochiTakes: Duration.DurationInput
  readonly discord?: FakeDiscordOptions
  /** Guilds besides the one that everybody is in, each with twenty channels. */
  readonly moreGuilds?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** Returns when the bot is ready to work. */
export const make = (ground: Ground, options: SubjectOptions): Effect.Effect<Subject, never, Scope.Scope> =>
  Effect.gen(function* () {
    const keys = generateKeyPair()
    const webhookSecret = generateHmacSecret()
    const url = `http://127.0.0.1:${yield* freePort}`
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
    const log = join(ground.folder, `${options.kind}-${randomUUID()}.log`)
    const child =
      options.kind === "service"
        ? yield* Child.start({
            file: new URL("src/main.ts", options.checkout ?? new URL("../", import.meta.url)),
            log,
            environment: {
              ...common,
              DISCORD_API_BASE_URL: discord.apiBaseUrl,
              MOCHI_WEBHOOK_SECRETS: webhookSecret,
              DATABASE_URL: Redacted.value(yield* ground.database),
              HOST: "127.0.0.1",
              PORT: new URL(url).port,
              USER_RATE_LIMIT: "100000/60",
              LOG_FORMAT: "json",
              ...options.environment
            }
          })
        : yield* Child.start({
            file: new URL("./discordJsBot.ts", import.meta.url),
            log,
            environment: { ...common, DISCORD_API: `${discord.url}/api` }
          })
    if (options.kind === "service") yield* untilReady(url)
    else yield* child.says("ready")
    yield* Effect.orDie(
      discord.until("the registration of /kudos", () => discord.commands.find(guild.id, "kudos"), 30_000)
    )
    return {
      child,
      discord,
      mochi,
      guild,
      crowd,
      url,
      webhookSecret,
      userOf: ({ discordId }) => users.get(discordId) ?? discord.world.bot
    }
  })

const botSecret = "bot-secret-of-the-bench"

const addGuilds = (discord: FakeDiscordService, count: number) => {
  for (let index = 0; index < count; index++) {
    const guild = discord.world.addGuild({ name: `Guild ${index}` })
    for (let room = 1; room < 20; room++) discord.world.addChannel(guild, `room-${room}`)
  }
}

const untilReady = (url: string) =>
  Effect.tryPromise(async () => {
    const response = await fetch(`${url}/readyz`)
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`not ready: ${response.status}`)
  }).pipe(Effect.retry(Schedule.spaced("100 millis")), Effect.timeout("60 seconds"), Effect.orDie)
