import { Effect, Option } from "effect"
import { ButtonPress, parseCustomId } from "../../domain/customId.ts"
import type { Deed, Journal } from "../../services/Journal.ts"
import { commandName } from "./interactionNames.ts"
import type { Interaction } from "./interaction.ts"
import type { Outcome } from "./Outcome.ts"

type Done = Extract<Interaction, { readonly _tag: "Run" | "Press" }>

/** Nothing was done, and anybody could fill the log with it: metrics count them. */
const onlyCounted: ReadonlySet<string> = new Set(["DeliveredTwice", "RateLimited", "UnknownCommand"])

/**
 * Writes down what somebody ran or pressed. The buttons of `/privacy` write down themselves what they do: afterwards the
 * person may be one whose id is kept nowhere.
 */
export const writtenDown = (journal: Journal, interaction: Done, outcome: Outcome): Effect.Effect<void> =>
  Option.match(deedOf(interaction), {
    onNone: () => Effect.void,
    onSome: deed => {
      const { guildId, userId } = interaction.envelope
      return outcome._tag === "Refused" && onlyCounted.has(outcome.reason)
        ? Effect.void
        : Effect.zipRight(
            journal.deed({ ...deed, actor: userId, outcome: outcomeText(outcome) }),
            journal.use({ user: userId, guildId, command: deed.action })
          )
    }
  })

const deedOf = (interaction: Done): Option.Option<Pick<Deed, "action" | "request">> => {
  if (interaction._tag === "Run") return Option.some({ action: commandName(interaction.command.name) })
  return Option.flatMap(
    parseCustomId(interaction.customId),
    ButtonPress.$match({
      Decide: ({ decision, request }) =>
        Option.some({ action: decision === "approved" ? "approve" : "reject", request }),
      View: ({ request }) => Option.some({ action: "view", request }),
      Privacy: () => Option.none()
    })
  )
}

const outcomeText = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Success":
      return "success"
    case "Refused":
      return `refused: ${outcome.reason}`
    case "TimedOut":
      return "failed: timeout"
    case "Failed":
      return `failed: ${outcome.errorType}`
  }
}
