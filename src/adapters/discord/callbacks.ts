/** The first answer to an interaction as Discord's JSON, for the gateway and for HTTP. */
import type { CreateInteractionResponseRequest } from "dfx/types"
import { cut } from "../../domain/plainText.ts"
import { FirstAnswer } from "../../domain/Screen.ts"
import type { Choice } from "../../domain/Screen.ts"
import { drawn } from "./draw.ts"

/** The flag of messages that only one person sees. */
export const ephemeral = 64

/** The longest label or value of a choice that Discord takes. */
const longestChoice = 100

export const callbackOf = FirstAnswer.$match({
  Pong: (): CreateInteractionResponseRequest => ({ type: 1 }),
  Thinking: (): CreateInteractionResponseRequest => ({ type: 5, data: { flags: ephemeral } }),
  Unchanged: (): CreateInteractionResponseRequest => ({ type: 6 }),
  Answer: ({ screen }): CreateInteractionResponseRequest => ({
    type: 4,
    data: { ...drawn(screen), flags: ephemeral }
  }),
  Suggestions: ({ choices }): CreateInteractionResponseRequest => ({
    type: 8,
    data: { choices: choices.map(choiceOf).filter(isTaken) }
  })
})

const choiceOf = ({ label, value }: Choice) => ({ name: cut(label, longestChoice), value })

/** Discord refuses the whole list for one invalid choice. */
const isTaken = ({ name, value }: { readonly name: string; readonly value: string }): boolean =>
  name !== "" && value !== "" && value.length <= longestChoice
