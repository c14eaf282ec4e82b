import { Data } from "effect"

/** How an interaction ended. A refusal is something the person can mend: nothing is broken. */
export type Outcome = Data.TaggedEnum<{
  Success: {}
  Refused: { readonly reason: string }
  TimedOut: {}
  Failed: { readonly errorType: string }
}>
export const Outcome = Data.taggedEnum<Outcome>()

export const outcomeWord = Outcome.$match({
  Success: () => "success" as const,
  Refused: () => "refused" as const,
  TimedOut: () => "timed_out" as const,
  Failed: () => "failed" as const
})
