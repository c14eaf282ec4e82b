import { Effect } from "effect"
import type { Scope } from "effect"
import { randomBytes } from "node:crypto"
import { FakeDiscord } from "./discord/FakeDiscord.ts"
import type { FakeDiscordService } from "./discord/FakeDiscord.ts"
import type { Channel, Guild, User } from "./discord/Model.ts"
import { generateKeyPair } from "./mochi/ed25519.ts"
import * as FakeMochi from "./mochi/FakeMochi.ts"
import { generateHmacSecret, generateSigningKey } from "./mochi/webhookSigning.ts"
import { ADA, GRACE, PEOPLE, RADIA } from "./people.ts"
import type { Person } from "./people.ts"

/** The two fakes with the sandbox's people in them, and the settings that a service needs to work with them. */
export interface Fakes {
  readonly discord: FakeDiscordService
  readonly mochi: FakeMochi.FakeMochi
  readonly guild: Guild
  readonly general: Channel
  readonly userOf: (person: Person) => User
  /** Addresses and keys of this run, as environment variables. */
  readonly environment: Readonly<Record<string, string>>
}

/** `botUrl` is where the service will listen. */
export const make = (botUrl: string): Effect.Effect<Fakes, never, Scope.Scope> =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make()
    const users = new Map(PEOPLE.map(person => [person, addPerson(discord, person)]))
    const userOf = (person: Person) => users.get(person) ?? discord.world.bot
    const bystander = discord.world.addUser({ username: "beep", globalName: "Beep", bot: true })
    const guild = discord.world.addGuild({
      name: "Mochi Makers",
      owner: userOf(RADIA),
      members: [...users.values(), bystander]
    })
    const general = discord.world.general(guild)
    discord.world.addChannel(guild, "thanks")
    const says = (person: Person, content: string) =>
      discord.people.say({ user: userOf(person), channel: general, content })
    says(RADIA, "Welcome to **Mochi Makers**! Type `/kudos` to thank somebody out of a Mochi vault.")
    says(GRACE, "The release notes are done and proofread 🎉")
    says(ADA, "That was a lot of work. I think you have earned some kudos!")

    const signing = generateKeyPair()
    const botSecret = randomBytes(24).toString("hex")
    const hmac = generateHmacSecret()
    const asymmetric = generateSigningKey()
    const mochi = yield* FakeMochi.make({
      botSecret,
      botPublicKey: signing.publicKey.toString("hex"),
      // Each run has other request codes.
      seed: randomBytes(4).readUInt32BE()
    })
    yield* mochi.webhooks.target({ botUrls: [botUrl], secrets: [hmac, asymmetric.secret] })

    return {
      discord,
      mochi,
      guild,
      general,
      userOf,
      environment: {
        DISCORD_BOT_TOKEN: discord.token,
        DISCORD_API_BASE_URL: discord.apiBaseUrl,
        MOCHI_APP_PRIVATE_KEY: signing.seed.toString("hex"),
        MOCHI_PAY_API_BASE_URL: mochi.url,
        MOCHI_BOT_SECRET: botSecret,
        MOCHI_WEBHOOK_SECRETS: `${hmac} ${asymmetric.publicKey}`
      }
    }
  })

const addPerson = (discord: FakeDiscordService, { displayName, id, username }: Person): User =>
  discord.world.addUser({ id, username, globalName: displayName })
