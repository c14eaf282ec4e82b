import { Schema } from "effect"

/** How a transfer request stands. `settled` stands for a final word of Mochi's that this version does not know. */
export const RequestStatus = Schema.Literal("pending", "approved", "rejected", "expired", "failed", "settled")
export type RequestStatus = typeof RequestStatus.Type

export type FinalStatus = Exclude<RequestStatus, "pending">

export const Decision = Schema.Literal("approved", "rejected")
export type Decision = typeof Decision.Type

/** The status that a word of Mochi's means, in any case. */
export const fromMochi = (word: string): RequestStatus => {
  switch (word.trim().toLowerCase()) {
    case "pending":
      return "pending"
    case "success":
    case "approved":
      return "approved"
    case "cancelled":
    case "rejected":
      return "rejected"
    case "expired":
      return "expired"
    case "failed":
      return "failed"
    default:
      return "settled"
  }
}

export const isFinal = (status: RequestStatus): status is FinalStatus => status !== "pending"

/** What a reported status means for the one that is stored. */
type Transition = "advance" | "keep" | "ask Mochi"

/**
 * A status never moves backwards: only pending becomes final, only approved becomes failed, and a vague `settled` gives
 * way to a word that this version knows. If other final words contradict each other, the bot asks Mochi itself.
 */
export const transition = (before: RequestStatus, reported: RequestStatus): Transition => {
  if (before === reported || reported === "pending") return "keep"
  if (before === "pending" || before === "settled") return "advance"
  if (reported === "settled" || (before === "failed" && reported === "approved")) return "keep"
  if (before === "approved" && reported === "failed") return "advance"
  return "ask Mochi"
}
