import { Effect } from "effect"
import type { Scope } from "effect"
import { expect } from "vitest"
import type { OptionValue } from "../../sandbox/discord/commandOptions.ts"
import { embedTexts } from "../../sandbox/discord/Embeds.ts"
import type { Message, User } from "../../sandbox/discord/Model.ts"
import { COMMUNITY_VAULT, DAO_APP, USDC } from "../../sandbox/mochi/demoWorld.ts"
import type { FaultRule } from "../../sandbox/mochi/Faults.ts"
import { requestFaults } from "../support/openapi.ts"
import type { World } from "./world.ts"

/** `/kudos` as Ada sends 10.5 USDC to Grace, but for what is given; undefined leaves an option out. */
export const sendKudos = (
  { ada, channel, discord, grace, guild }: World,
  given: Readonly<Record<string, OptionValue | undefined>> = {},
  user: User = ada
) => {
  const usual = { application: DAO_APP, vault: COMMUNITY_VAULT, token: USDC.id, amount: "10.5" }
  const options = Object.entries({ ...usual, recipient: grace, ...given })
  return discord.people.slashCommand({
    user,
    guild,
    channel,
    name: "kudos",
    options: Object.fromEntries(
      options.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    )
  })
}

/** What the person reads in the end. */
export const kudosAnswer = (
  world: World,
  given: Readonly<Record<string, OptionValue | undefined>> = {},
  user?: User
) => Effect.flatMap(sendKudos(world, given, user), run => run.answeredWhen(() => true, 25_000))

/** Types into an option, and waits for what is suggested. */
export const suggestions = (
  { ada, channel, discord, guild }: World,
  focused: string,
  typed: string,
  options: Readonly<Record<string, string>> = {},
  user: User = ada
) =>
  Effect.flatMap(
    discord.people.autocomplete({
      user,
      guild,
      channel,
      name: "kudos",
      options,
      focused: { name: focused, value: typed }
    }),
    typing => typing.choices
  )

interface Newcomer {
  readonly user: User
  readonly profileId: string
}

let newcomers = 0

/** Somebody of whom the service has heard nothing yet; a member of DAO App unless told. */
export const addNewcomer = (
  { discord, guild, mochi }: World,
  applications: ReadonlyArray<string> = [DAO_APP]
): Effect.Effect<Newcomer> =>
  Effect.gen(function* () {
    newcomers += 1
    const username = `newcomer${newcomers}`
    const user = discord.world.addUser({ username })
    discord.world.addMember(guild, user)
    const profileId = `77${newcomers}`
    yield* mochi.updateWorld(before => ({
      ...before,
      profiles: [
        ...before.profiles,
        { id: profileId, name: username, accounts: [{ platform: "discord", identifier: user.id }] }
      ],
      applications: before.applications.map(application =>
        applications.includes(application.id)
          ? { ...application, memberProfileIds: [...application.memberProfileIds, profileId] }
          : application
      )
    }))
    return { user, profileId }
  })

/** The fault is there until the test ends. */
export const withFault = ({ mochi }: World, rule: FaultRule): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(mochi.faults.add(rule), remove => remove))

/** Mochi tells nobody anything until the test ends. */
export const withoutWebhooks = ({ mochi }: World): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(mochi.webhooks.configure({ enabled: false }), () =>
    mochi.webhooks.configure({ enabled: true })
  )

/** A request of Ada's, and its card in the owner's direct messages. */
export const kudosCard = (world: World) =>
  Effect.gen(function* () {
    const run = yield* sendKudos(world, { reason: "well *done*" })
    yield* run.answered
    const request = (yield* world.mochi.requests).find(
      ({ requesterMetadata }) => requesterMetadata["interaction_id"] === run.interaction.id
    )
    const code = request?.code ?? "none"
    const card = yield* world.discord.until("the owner's card", () =>
      world.discord.dmsOf(world.linus).find(message => textOf(message).includes(`Request ${code}`))
    )
    return { run, code, card }
  })

/** The owner's card as the former bot, or anybody with the token, would have put it into a channel. */
export const postCard = (
  { channel, discord }: World,
  customIds: ReadonlyArray<string>,
  fields: ReadonlyArray<{ readonly name: string; readonly value: string }> = []
): Message =>
  discord.messages.create({
    channel,
    authorId: discord.applicationId,
    embeds: [{ title: "Vault Transfer Request", fields: fields.map(field => ({ ...field, inline: false })) }],
    components: [
      {
        type: 1,
        components: customIds.map(custom_id => ({
          type: 2 as const,
          style: 1 as const,
          label: "press",
          custom_id
        }))
      }
    ]
  })

/** Everything that a reader sees of a message, in one string. */
export const textOf = (message: Pick<Message, "content" | "embeds">): string =>
  [message.content, ...message.embeds.flatMap(embedTexts)].join("\n")

/** That the message is an error answer with these words, seen by one person only, and can be traced. */
export const expectError = (message: Message, words: string, reader: User) => {
  expect(textOf(message)).toContain(words)
  expect(message.ephemeralFor).toBe(reader.id)
  expect(message.embeds[0]?.footer?.text).toMatch(/\b[0-9a-f]{32}\b/)
  expect(message.pings).toEqual({ users: [], roles: [], everyone: false })
}

/** That the process lives on. */
export const expectAlive = ({ url }: World) =>
  Effect.promise(async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const response = await fetch(`${url}${path}`)
      expect([path, response.status, await response.text()]).toEqual([path, 200, expect.any(String)])
    }
  })

/** That Discord's own document allows every body that was sent so far. */
export const expectValidRequests = ({ discord }: World) => {
  expect(discord.requests.all.length).toBeGreaterThan(0)
  expect(requestFaults(discord.requests.all)).toEqual([])
}
