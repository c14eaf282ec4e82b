import { Data } from "effect"
import type { DateTime } from "effect"

/** `DeliveredTwice`: another delivery of the interaction has it. `TooOften`: it is ours, and its person has to wait. */
export type Claim = Data.TaggedEnum<{
  Ours: {}
  DeliveredTwice: {}
  TooOften: { readonly until: DateTime.Utc }
}>
export const Claim = Data.taggedEnum<Claim>()
