import { Effect, Option } from "effect"
import { ButtonPress, parseCustomId } from "../../domain/customId.ts"
import type { Audit, AuditedAction } from "../../services/Audit.ts"
import type { Usage } from "../../services/Usage.ts"
import { commandName } from "./interactionNames.ts"
import type { Interaction } from "./decode.ts"
import type { Outcome } from "./Outcome.ts"

type Done = Extract<Interaction, { readonly _tag: "Run" | "Press" }>

/** Nothing was done, and anybody could fill the log with it: metrics count them. */
const onlyCounted: ReadonlySet<string> = new Set(["DeliveredTwice", "RateLimited", "UnknownCommand"])

/**
 * Writes down what somebody ran or pressed. The buttons of `/privacy` write down themselves what they do: afterwards the
 * person may be one whose id is kept nowhere.
 */
export const writtenDown = (
  audit: Audit,
  usage: Usage,
  interaction: Done,
  outcome: Outcome
): Effect.Effect<void> =>
  Option.match(deedOf(interaction), {
    onNone: () => Effect.void,
    onSome: deed => {
      const { communityId, userId } = interaction.envelope
      return outcome._tag === "Refused" && onlyCounted.has(outcome.reason)
        ? Effect.void
        : Effect.zipRight(
            audit.record({ ...deed, actor: userId, outcome: outcomeText(outcome) }),
            usage.count({ user: userId, communityId, command: deed.action })
          )
    }
  })

const deedOf = (interaction: Done): Option.Option<Pick<AuditedAction, "action" | "request">> => {
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
