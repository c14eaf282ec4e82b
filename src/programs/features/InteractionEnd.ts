import { Data } from "effect"

/** How an interaction ended. Nothing is broken after a refusal: the person can fix it. */
export type InteractionEnd = Data.TaggedEnum<{
  Success: {}
  Refused: { readonly reason: string }
  TimedOut: {}
  Failed: { readonly errorType: string }
}>
export const InteractionEnd = Data.taggedEnum<InteractionEnd>()

export const endWord = InteractionEnd.$match({
  Success: () => "success" as const,
  Refused: () => "refused" as const,
  TimedOut: () => "timed_out" as const,
  Failed: () => "failed" as const
})
