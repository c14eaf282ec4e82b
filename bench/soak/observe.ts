import { Effect } from "effect"
import type { Interaction } from "../../sandbox/discord/Interactions.ts"
import type { Message } from "../../sandbox/discord/Model.ts"
import type { TransferRequest } from "../../sandbox/mochi/ledger.ts"
import type { Seen, Sighting, Version } from "./seen.ts"
import type { Errand } from "./plan.ts"
import { amountsIn, textOf, titleOf, wordOf } from "./reading.ts"
import type { Status } from "./reading.ts"
import type { World } from "./world.ts"

/** An errand that has started. */
export interface Run {
  readonly errand: Errand
  readonly interaction: Interaction
}

/** Everything that the fakes show of the errands at this moment. */
export const observe = (
  world: World,
  runs: ReadonlyArray<Run>,
  /** How many creates of an interaction arrived at Mochi. */
  createsOf: (interactionId: string) => number
): Effect.Effect<ReadonlyArray<Seen>> =>
  Effect.gen(function* () {
    const { discord, mochi } = world
    const requests = Map.groupBy(yield* mochi.requests, interactionOf)
    const ofErrand = new Map<string, ReadonlyArray<Message>>()
    const keys = new Map(
      runs.flatMap(({ errand, interaction }) => [
        [errand.amount, interaction.id] as const,
        ...(requests.get(interaction.id) ?? []).map(({ code }) => [code, interaction.id] as const)
      ])
    )
    for (const message of discord.messages.all.values()) {
      if (message.authorId !== discord.applicationId || message.deleted || message.interaction !== null)
        continue
      const named = new Set(namesIn(message).flatMap(name => keys.get(name) ?? []))
      for (const id of named) ofErrand.set(id, [...(ofErrand.get(id) ?? []), message])
    }
    return runs.map(({ errand, interaction }): Seen => {
      const answer =
        interaction.originalId === null ? undefined : discord.messages.get(interaction.originalId)
      return {
        index: errand.index,
        sender: errand.sender.name,
        recipient: errand.recipient.name,
        owner: errand.owner.name,
        amount: errand.amount,
        sentAt: interaction.createdAt,
        acknowledged: interaction.ack !== null,
        creates: createsOf(interaction.id),
        requests: (requests.get(interaction.id) ?? []).map(({ code, createdAt, settledAt, status }) => ({
          code,
          createdAt,
          settledAt,
          status: statusOf[status]
        })),
        answer: answer === undefined ? [] : versionsOf(answer),
        messages: (ofErrand.get(interaction.id) ?? []).map(message => sightingOf(world, message))
      }
    })
  })

const statusOf: Readonly<Record<TransferRequest["status"], Status>> = {
  pending: "pending",
  success: "approved",
  rejected: "rejected",
  expired: "expired",
  failed: "failed"
}

/** The `/kudos` that a request came from. */
export const interactionOf = ({ requesterMetadata }: TransferRequest): string =>
  String(requesterMetadata["interaction_id"] ?? "")

/** Codes and amounts, in every version of the message. */
const namesIn = ({ versions }: Message): ReadonlyArray<string> =>
  versions.flatMap(face => {
    const text = textOf(face).replaceAll("\\", "")
    return [...amountsIn(text), ...text.split(/[^\w-]+/)]
  })

const versionsOf = ({ versions }: Message): ReadonlyArray<Version> =>
  versions.map(face => ({ at: face.at, word: wordOf(face) }))

const sightingOf = ({ discord }: World, message: Message): Sighting => {
  const channel = discord.world.channels.get(message.channelId)
  return { title: titleOf(message), place: channel?.name ?? message.channelId, versions: versionsOf(message) }
}
