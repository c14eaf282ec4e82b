import { Effect } from "effect"
import type { Handle } from "../sandbox/discord/Handle.ts"
import type { Member } from "./Crowd.ts"
import { tokenId } from "./Crowd.ts"
import type { Subject } from "./Subject.ts"

/** One thing that a person does. */
export type Action = (subject: Subject, member: Member) => Effect.Effect<Handle, unknown>

export const kudos: Action = (subject, member) =>
  subject.discord.people.slashCommand({
    user: subject.userOf(member),
    guild: subject.guild,
    name: "kudos",
    options: {
      application: member.applicationId,
      vault: member.vaultId,
      token: tokenId,
      amount: "1.5",
      recipient: subject.userOf(oppositeOf(subject, member)),
      reason: "For the release notes"
    }
  })

/** A keystroke in one of the fields, those before it already filled in. */
export const typingIn =
  (field: "application" | "vault" | "token", value: string): Action =>
  (subject, member) =>
    subject.discord.people.autocomplete({
      user: subject.userOf(member),
      guild: subject.guild,
      name: "kudos",
      options: {
        ...(field === "application" ? {} : { application: member.applicationId }),
        ...(field === "token" ? { vault: member.vaultId } : {})
      },
      focused: { name: field, value }
    })

export const typing = typingIn("token", "us")

/** The owner approves a new request, on a card that is there already. */
export const approving: Action = (subject, member) =>
  Effect.gen(function* () {
    const { discord, mochi } = subject
    const user = subject.userOf(member)
    const request = yield* mochi.seedRequest({
      applicationId: member.applicationId,
      vaultProfileId: member.vaultId,
      requesterProfileId: member.profileId,
      recipientProfileId: oppositeOf(subject, member).profileId,
      amount: 1_500_000n
    })
    const customId = `approve-${request.code}-${member.applicationId}`
    const message = discord.messages.create({
      channel: discord.world.openDm(user.id),
      authorId: discord.world.bot.id,
      embeds: [{ title: "Vault Transfer Request", description: "Somebody asks for 1.5 USDC" }],
      components: [
        { type: 1, id: 1, components: [{ type: 2, id: 2, style: 3, label: "Approve", custom_id: customId }] }
      ]
    })
    return yield* discord.people.pressButton({ user, message, customId })
  })

/** Whoever stands half the crowd away: people of the first half thank people of the second. */
const oppositeOf = ({ crowd }: Subject, member: Member): Member => {
  const found = crowd[(member.index + Math.floor(crowd.length / 2)) % crowd.length]
  if (found === undefined) throw new Error("nobody is there")
  return found
}
