import { Effect, Schema } from "effect"
import type { Scope } from "effect"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { FakeDiscord } from "../../sandbox/discord/FakeDiscord.ts"
import * as Child from "../Child.ts"
import type { Ground } from "../Ground.ts"
import type { OfSides } from "../sides.ts"
import { rowOf } from "../Table.ts"
import type { Table } from "../Table.ts"

const count = 200
const channels = 20

interface Sent {
  readonly seconds: number
  readonly tooMany: number
  /** Messages that never reached Discord. */
  readonly lost: number
}

/** Many messages to a few channels at once: each bot paces itself under Discord's limits. */
export const messages = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const ours = yield* Effect.scoped(sent(ground, "sendMessages.ts"))
    const theirs = yield* Effect.scoped(sent(ground, "bots/discordJsBot.ts"))
    const measured: OfSides<Sent> = new Map([
      ["service", ours],
      ["discord.js", theirs]
    ])
    return {
      title: `${count} messages to ${channels} channels, all requested at once`,
      note: "Discord allows 5 messages in 5 s a channel and 50 requests a second, so it cannot take less than 5 s.",
      rows: [
        rowOf("until the last is sent", "s", measured, ({ seconds }) => seconds),
        rowOf("answers of 429", "", measured, ({ tooMany }) => tooMany, { atMost: 0 }),
        rowOf("lost", "", measured, ({ lost }) => lost, { atMost: 0 })
      ]
    }
  })

const sent = (ground: Ground, file: "sendMessages.ts" | "bots/discordJsBot.ts") =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ identifyWindowMs: 0 })
    const guild = discord.world.addGuild({ name: "Rooms" })
    const rooms = Array.from({ length: channels }, (_, index) =>
      discord.world.addChannel(guild, `room-${index}`)
    )
    const child = yield* Child.start({
      arguments: [fileURLToPath(new URL(`../${file}`, import.meta.url))],
      folder: ground.folder,
      log: join(ground.folder, `${basename(file)}.log`),
      environment: {
        DISCORD_BOT_TOKEN: discord.token,
        DISCORD_API_BASE_URL: discord.apiBaseUrl,
        DISCORD_API: `${discord.url}/api`,
        MOCHI_APP_PRIVATE_KEY: "11".repeat(32),
        MOCHI_PAY_API_BASE_URL: "http://127.0.0.1:1",
        MOCHI_BOT_SECRET: "unused",
        MOCHI_WEBHOOK_SECRETS: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
      }
    })
    yield* child.says("ready")
    const took = yield* child.ask("send", { channelIds: rooms.map(({ id }) => id), count })
    const arrived = rooms.reduce((sum, { id }) => sum + discord.messages.inChannel(id).length, 0)
    return {
      seconds: Schema.decodeUnknownSync(Schema.Number)(took) / 1000,
      tooMany: discord.requests.rateLimited(),
      lost: count - arrived
    }
  })
