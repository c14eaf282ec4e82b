import { Effect } from "effect"
import type { Message, User } from "../../sandbox/discord/Model.ts"
import { textOf } from "./steps.ts"
import type { World } from "./world.ts"

/** An application of its own with somebody who owns it. */
export interface Owner {
  readonly user: User
  readonly profileId: string
  readonly applicationId: string
  readonly vaultProfileId: string
}

/** So many owners, each with a Discord account in the guild and a vault that can pay. */
export const addOwners = ({ discord, guild, mochi }: World, count: number, from = 0) =>
  Effect.gen(function* () {
    const owners = Array.from({ length: count }, (_, at): Owner => {
      const index = from + at
      const user = discord.world.addUser({ username: `owner${index}` })
      discord.world.addMember(guild, user)
      return {
        user,
        profileId: `6${1000 + index}`,
        applicationId: `5${1000 + index}`,
        vaultProfileId: `4${1000 + index}`
      }
    })
    yield* mochi.updateWorld(before => ({
      ...before,
      profiles: [
        ...before.profiles,
        ...owners.map(({ profileId, user }) => ({
          id: profileId,
          name: user.username,
          accounts: [{ platform: "discord", identifier: user.id }]
        }))
      ],
      applications: [
        ...before.applications,
        ...owners.map(({ applicationId, profileId, vaultProfileId }) => ({
          id: applicationId,
          name: `App ${applicationId}`,
          ownerProfileId: profileId,
          adminProfileIds: [],
          memberProfileIds: [],
          vaults: [{ profileId: vaultProfileId, name: "Vault" }]
        }))
      ]
    }))
    yield* Effect.forEach(owners, ({ vaultProfileId }) => mochi.setBalance(vaultProfileId, "1", 10n ** 15n))
    return owners
  })

/** The messages that stand somewhere, not deleted, about this request and with this title. */
export const messagesAbout = (
  { discord }: World,
  code: string,
  title: string | RegExp = /./
): ReadonlyArray<Message> =>
  [...discord.messages.all.values()].filter(
    message =>
      !message.deleted &&
      message.authorId === discord.applicationId &&
      new RegExp(title).test(message.embeds[0]?.title ?? "") &&
      textOf(message).includes(code)
  )

export const cardTitle = /^Vault Transfer Request$/
