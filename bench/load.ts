import { Clock, Effect } from "effect"
import type { Handle } from "../sandbox/discord/Handle.ts"
import type { Interaction } from "../sandbox/discord/Interactions.ts"
import type { Member } from "./Crowd.ts"
import { tokenId } from "./Crowd.ts"
import type { Subject } from "./Subject.ts"

/** One thing that a person does. */
export type Action = (subject: Subject, member: Member, index: number) => Effect.Effect<Handle, unknown>

export interface Round {
  /** Milliseconds from the interaction to its acknowledgement. */
  readonly acks: ReadonlyArray<number>
  /** Milliseconds from the interaction to the answer that a person can read. */
  readonly answers: ReadonlyArray<number>
  readonly failures: number
  /** Of the bot's process, for the whole round. */
  readonly cpuMillis: number
}

/** Starts `count` actions at a steady rate, each by the next person, and returns when all have an answer. */
export const runRound = (
  subject: Subject,
  action: Action,
  { count, perSecond }: { readonly count: number; readonly perSecond: number }
): Effect.Effect<Round> =>
  Effect.gen(function* () {
    const { child, crowd, discord } = subject
    const made = new Map<Interaction, number>()
    const acks: Array<number> = []
    const answers: Array<number> = []
    let failures = 0
    const forget = discord.listen(event => {
      if (event._tag === "InteractionCreated") made.set(event.interaction, performance.now())
      if (event._tag !== "InteractionAcked") return
      const since = made.get(event.interaction)
      if (since !== undefined) acks.push(performance.now() - since)
    })
    const before = yield* child.cpuMillis
    const start = yield* Clock.currentTimeMillis
    yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      index =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          yield* Effect.sleep(Math.max(0, start + (index * 1000) / perSecond - now))
          const member = crowd[index % crowd.length]
          if (member === undefined) return
          const handle = yield* action(subject, member, index)
          const since = performance.now()
          if (handle.interaction.type === 4) yield* handle.choices
          else yield* handle.answeredWhen(isFinished(handle), 20_000)
          answers.push(performance.now() - since)
        }).pipe(
          Effect.tapErrorCause(cause => (failures === 0 ? Effect.logWarning(cause) : Effect.void)),
          Effect.catchAllCause(() =>
            Effect.sync(() => {
              failures += 1
            })
          )
        ),
      { concurrency: "unbounded", discard: true }
    )
    const after = yield* child.cpuMillis
    forget()
    return { acks, answers, failures, cpuMillis: after - before }
  })

/** A command is finished with its reply, a button when its card has no buttons left. */
const isFinished =
  ({ interaction }: Handle) =>
  (message: { readonly components: ReadonlyArray<unknown>; readonly embeds: ReadonlyArray<unknown> }) =>
    interaction.type === 3 ? message.components.length === 0 : message.embeds.length > 0

export const kudos: Action = (subject, member, index) =>
  subject.discord.people.slashCommand({
    user: subject.userOf(member),
    guild: subject.guild,
    name: "kudos",
    options: {
      application: member.applicationId,
      vault: member.vaultId,
      token: tokenId,
      amount: "1.5",
      recipient: subject.userOf(neighbour(subject, index)),
      reason: "For the release notes"
    }
  })

export const typing: Action = (subject, member) =>
  subject.discord.people.autocomplete({
    user: subject.userOf(member),
    guild: subject.guild,
    name: "kudos",
    options: { application: member.applicationId, vault: member.vaultId },
    focused: { name: "token", value: "us" }
  })

/** The owner approves a new request, on a card that is there already. */
export const approving: Action = (subject, member, index) =>
  Effect.gen(function* () {
    const { discord, mochi } = subject
    const user = subject.userOf(member)
    const request = yield* mochi.seedRequest({
      applicationId: member.applicationId,
      vaultProfileId: member.vaultId,
      requesterProfileId: member.profileId,
      recipientProfileId: neighbour(subject, index).profileId,
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

const neighbour = ({ crowd }: Subject, index: number): Member => {
  const found = crowd[(index + 1) % crowd.length]
  if (found === undefined) throw new Error("nobody is there")
  return found
}
