import { Effect, Schema } from "effect"
import type { Bus, NeverHappened } from "./Bus.ts"
import type { Choice } from "./CallbackBody.ts"
import type { Acknowledgement, Interaction } from "./Interactions.ts"
import type { Messages } from "./Messages.ts"
import type { Message } from "./Model.ts"
import { messageFlags } from "./Model.ts"

/** Discord showed the person "This interaction failed" or "The application did not respond". */
export class InteractionFailed extends Schema.TaggedError<InteractionFailed>(
  "mochi/sandbox/InteractionFailed"
)("InteractionFailed", { name: Schema.String, reason: Schema.String }) {
  override get message() {
    return `${this.name}: ${this.reason}`
  }
}

/** An interaction as the person who started it sees it. Limits for waiting are in real milliseconds. */
export interface Handle {
  /** A live object: it changes as answers arrive. */
  readonly interaction: Interaction
  readonly acked: Effect.Effect<Acknowledgement, InteractionFailed | NeverHappened>
  /** Waits for the failure and returns its reason. */
  readonly failed: Effect.Effect<string, NeverHappened>
  /** The suggestions of an autocomplete. */
  readonly choices: Effect.Effect<ReadonlyArray<Choice>, InteractionFailed | NeverHappened>
  /** The answer as it is now: the reply, or for deferred updates the card itself. */
  readonly original: () => Message | undefined
  /** The answer once it is there and no longer "thinking". */
  readonly answered: Effect.Effect<Message, InteractionFailed | NeverHappened>
  readonly answeredWhen: (
    holds: (message: Message) => boolean,
    withinMs?: number
  ) => Effect.Effect<Message, InteractionFailed | NeverHappened>
  readonly followUps: () => ReadonlyArray<Message>
  readonly followUpWhen: (
    holds: (message: Message) => boolean,
    withinMs?: number
  ) => Effect.Effect<Message, InteractionFailed | NeverHappened>
}

export const makeHandle = (interaction: Interaction, bus: Bus, messages: Messages): Handle => {
  /** Stops waiting as soon as the interaction has failed. */
  const until = <A>(what: string, probe: () => A | undefined, withinMs?: number) =>
    bus
      .until<{ readonly found: A } | { readonly failure: string }>(
        `${interaction.name}: ${what}`,
        () => {
          const found = probe()
          if (found !== undefined) return { found }
          return interaction.failure === null ? undefined : { failure: interaction.failure }
        },
        withinMs
      )
      .pipe(
        Effect.flatMap(outcome =>
          "found" in outcome
            ? Effect.succeed(outcome.found)
            : new InteractionFailed({ name: interaction.name, reason: outcome.failure })
        )
      )

  const original = () => (interaction.originalId === null ? undefined : messages.get(interaction.originalId))
  const followUps = () => interaction.followupIds.flatMap(id => messages.get(id) ?? [])
  const answeredWhen: Handle["answeredWhen"] = (holds, withinMs) =>
    until(
      "answer",
      () => {
        const message = original()
        return message && !(message.flags & messageFlags.loading) && holds(message) ? message : undefined
      },
      withinMs
    )
  const acked = until("acknowledgement", () => interaction.ack ?? undefined)

  return {
    interaction,
    acked,
    failed: bus.until(`${interaction.name}: failure`, () => interaction.failure ?? undefined),
    choices: Effect.map(acked, ({ callback }) => (callback.type === 8 ? callback.choices : [])),
    original,
    answered: answeredWhen(() => true),
    answeredWhen,
    followUps,
    followUpWhen: (holds, withinMs) => until("follow-up", () => followUps().find(holds), withinMs)
  }
}
