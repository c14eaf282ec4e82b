import { Data } from "effect"

/** How an interaction ended, as logs, metrics and spans call it. A refusal is something the person can mend. */
export type Outcome = Data.TaggedEnum<{
  Success: {}
  Refused: { readonly reason: string }
  Failed: { readonly errorType: string }
}>
export const Outcome = Data.taggedEnum<Outcome>()

export const outcomeWord = Outcome.$match({
  Success: () => "success" as const,
  Refused: () => "refused" as const,
  Failed: () => "failure" as const
})
