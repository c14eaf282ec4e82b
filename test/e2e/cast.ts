import { Effect } from "effect"
import { expect } from "vitest"
import type { Message, User } from "../../sandbox/discord/Model.ts"
import { DAO_APP } from "../../sandbox/mochi/demoWorld.ts"
import type { Json } from "../../sandbox/mochi/Json.ts"
import type { SeededRequest } from "../../sandbox/mochi/seededRequest.ts"
import { addOwners, cardTitle, messagesAbout } from "./crowd.ts"
import type { Owner } from "./crowd.ts"
import { addNewcomer, sendKudos } from "./steps.ts"
import type { World } from "./world.ts"

export interface Cast {
  readonly owner: Owner
  readonly requester: Effect.Effect.Success<ReturnType<typeof addNewcomer>>
  readonly recipient: Effect.Effect.Success<ReturnType<typeof addNewcomer>>
}

let casts = 0

/** An owner, a requester and a recipient of whom nobody heard before. */
export const makeCast = (world: World): Effect.Effect<Cast> =>
  Effect.gen(function* () {
    casts += 1
    const [owner] = yield* addOwners(world, 1, casts)
    const requester = yield* addNewcomer(world)
    const recipient = yield* addNewcomer(world)
    return { owner: owner!, requester, recipient }
  })

export const seeded = ({ mochi }: World, { owner, recipient, requester }: Cast, more: SeededRequest = {}) =>
  Effect.map(
    mochi.seedRequest({
      applicationId: owner.applicationId,
      vaultProfileId: owner.vaultProfileId,
      requesterProfileId: requester.profileId,
      recipientProfileId: recipient.profileId,
      requesterMetadata: { platform: "discord", discord_user_id: requester.user.id },
      ...more
    }),
    ({ code }) => code
  )

export const announced = (world: World, cast: Cast, more: SeededRequest = {}) =>
  seeded(world, cast, { announced: true, ...more })

export const inChannel = ({ channel, guild }: World, { requester }: Cast): SeededRequest => ({
  requesterMetadata: {
    platform: "discord",
    discord_user_id: requester.user.id,
    guild_id: guild.id,
    channel_id: channel.id
  }
})

export const eventOf = ({ mochi }: World, code: string) => Effect.flatten(mochi.eventOf(code))

/** The event of the request as it is now, with these fields instead; undefined leaves one out. */
export const sendEvent = (
  world: World,
  code: string,
  fields: Readonly<Record<string, Json | undefined>> = {}
) =>
  Effect.gen(function* () {
    const event = yield* eventOf(world, code)
    const body = {
      ...event,
      pay_transfer_request_metadata: { ...Object(event["pay_transfer_request_metadata"]), ...fields }
    }
    const { answer, status } = yield* world.mochi.webhooks.send({ body })
    expect({ status, answer }).toMatchObject({ status: 202 })
  })

/** A `/kudos` by somebody new, answered and with its card out. */
export const kudosByNewcomer = (world: World) =>
  Effect.gen(function* () {
    const { user } = yield* addNewcomer(world)
    const run = yield* sendKudos(world, { application: DAO_APP }, user)
    yield* run.answered
    const mine = yield* until(world.mochi.requests, requests =>
      requests.some(({ requesterMetadata }) => requesterMetadata["interaction_id"] === run.interaction.id)
    )
    const { code } = mine.find(
      ({ requesterMetadata }) => requesterMetadata["interaction_id"] === run.interaction.id
    )!
    yield* cardOf(world, code)
    return { user, run, code }
  })

export const cardOf = (world: World, code: string) =>
  world.discord.until(`the card of ${code}`, () => messagesAbout(world, code, cardTitle)[0])

export const readerOf = ({ discord }: World, { channelId }: Message) =>
  discord.world.channels.get(channelId)?.recipientId

/** Who got which message about the request, the owner's card left out; oldest first. */
export const told = (world: World, code: string) =>
  messagesAbout(world, code, /^Kudos (Received|Failed|Request (Approved|Rejected|Expired|Failed))$/)
    .filter(({ ephemeralFor }) => ephemeralFor === null)
    .map(message => [readerOf(world, message), message.embeds[0]?.title])
    .toSorted(([, one], [, other]) => titles.indexOf(one ?? "") - titles.indexOf(other ?? ""))

const titles = [
  "Kudos Request Approved",
  "Kudos Request Rejected",
  "Kudos Request Expired",
  "Kudos Received",
  "Kudos Request Failed",
  "Kudos Failed"
]

export const buttonsOf = ({ components }: Pick<Message, "components">): ReadonlyArray<string> =>
  [...JSON.stringify(components).matchAll(/"custom_id":"([^"]+)"/g)].map(([, id]) => id ?? "")

export const pointersTo = ({ channel, discord }: World, user: User) =>
  discord.messages.inChannel(channel.id).filter(message => message.pings.users.includes(user.id))

export const pointerTo = (world: World, user: User) =>
  world.discord.until("a pointer", () => pointersTo(world, user).at(-1))

/** The first answer for which it holds. */
export const until = <A>(look: Effect.Effect<A>, holds: (found: A) => boolean) =>
  Effect.repeat(Effect.delay(look, "50 millis"), { until: holds }).pipe(Effect.timeout("10 seconds"))
