import { Effect } from "effect"
import type { Interaction } from "../sandbox/discord/Interactions.ts"
import type { Message } from "../sandbox/discord/Model.ts"
import { messageFlags } from "../sandbox/discord/Model.ts"
import type { Action } from "./actions.ts"
import type { Member } from "./Crowd.ts"
import type { Subject } from "./Subject.ts"

export interface Load {
  readonly count: number
  /** Infinity: all at once. */
  readonly perSecond: number
  /** Who act, one after the other and again from the first; all by default. */
  readonly people?: ReadonlyArray<Member>
}

export interface Round {
  /** Milliseconds from the interaction to its acknowledgement. */
  readonly acks: ReadonlyArray<number>
  /** Milliseconds from the interaction to the answer that a person wants to read. */
  readonly answers: ReadonlyArray<number>
  /** Interactions without such an answer, or with another. */
  readonly failures: number
  /** Of the program's process, for each interaction. */
  readonly cpuMillis: number
}

/** An answer that comes later than this after the last interaction has failed. */
const answersWithin = 20_000

/**
 * Starts the actions at a steady rate, and returns when all have an answer. One listener serves them all, so that the bench
 * leaves the two cores that it shares to the subject.
 */
export const runRound = (subject: Subject, action: Action, load: Load): Effect.Effect<Round> =>
  Effect.gen(function* () {
    const { count, people = subject.crowd, perSecond } = load
    const watch = watching(subject, new Set(people.map(({ discordId }) => discordId)))
    const before = yield* subject.child.cpuMillis
    const start = performance.now()
    for (let index = 0; index < count; index++) {
      const wait = start + (index * 1000) / perSecond - performance.now()
      if (wait > 0) yield* Effect.sleep(wait)
      const member = people[index % people.length]
      if (member !== undefined) yield* Effect.ignoreLogged(action(subject, member))
    }
    yield* watch.until(count)
    const after = yield* subject.child.cpuMillis
    watch.stop()
    return {
      acks: watch.acks,
      answers: watch.answers,
      failures: count - watch.answers.length,
      cpuMillis: (after - before) / count
    }
  })

/** Tells what becomes of every interaction of these people that begins from now on. */
const watching = ({ discord }: Subject, userIds: ReadonlySet<string>) => {
  const begun = new Map<Interaction, number>()
  /** By the message that will show the answer. */
  const awaited = new Map<string, { readonly interaction: Interaction; readonly since: number }>()
  const acks: Array<number> = []
  const answers: Array<number> = []
  let ended = 0

  const look = (message: Message) => {
    const found = awaited.get(message.id)
    const outcome = found && outcomeOf(found.interaction, message)
    if (found === undefined || outcome === undefined) return
    awaited.delete(message.id)
    ended += 1
    if (outcome === "good") answers.push(performance.now() - found.since)
  }

  const onAck = (interaction: Interaction) => {
    const since = begun.get(interaction)
    if (since === undefined) return
    acks.push(performance.now() - since)
    if (interaction.type === 4) {
      ended += 1
      const callback = interaction.ack?.callback
      if (callback?.type === 8 && callback.choices.length > 0) answers.push(performance.now() - since)
    } else if (interaction.originalId !== null) {
      awaited.set(interaction.originalId, { interaction, since })
      const message = discord.messages.get(interaction.originalId)
      if (message !== undefined) look(message)
    }
  }

  const stop = discord.listen(event => {
    if (event._tag === "InteractionCreated") {
      if (userIds.has(event.interaction.userId)) begun.set(event.interaction, performance.now())
    } else if (event._tag === "InteractionAcked") onAck(event.interaction)
    else if (event._tag === "InteractionFailed" && begun.has(event.interaction)) ended += 1
    else if (event._tag === "MessageUpdated") look(event.message)
  })

  /** Waits for the end of so many interactions, but not for ever. */
  const until = (count: number) =>
    Effect.ignore(discord.until("every answer", () => (ended >= count ? true : undefined), answersWithin))

  return { acks, answers, stop, until }
}

/** A command's answer is good if it says what was created; a button's, if the card has no buttons left. */
const outcomeOf = (interaction: Interaction, { components, embeds, flags }: Message) => {
  if (flags & messageFlags.loading) return undefined
  if (interaction.type === 3) return components.length === 0 ? "good" : undefined
  return (embeds[0]?.fields?.length ?? 0) > 0 ? "good" : "bad"
}
