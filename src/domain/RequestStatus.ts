import { Schema } from "effect"

/** Where a transfer request stands. `settled` is a final word of Mochi's that this version does not know. */
export const RequestStatus = Schema.Literal("pending", "approved", "rejected", "expired", "failed", "settled")
export type RequestStatus = typeof RequestStatus.Type

export type FinalStatus = Exclude<RequestStatus, "pending">

export const Decision = Schema.Literal("approved", "rejected")
export type Decision = typeof Decision.Type

/** Mochi's word, any case, to a status. */
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

/** What a newly heard status means for the known one. */
export type Transition = "advance" | "keep" | "ask Mochi"

/**
 * A status never moves backwards: only pending becomes final, only approved becomes failed, and a vague `settled` gives
 * way to a known word. Of other finals that contradict each other, Mochi itself is asked.
 */
export const transition = (known: RequestStatus, heard: RequestStatus): Transition => {
  if (known === heard || heard === "pending") return "keep"
  if (known === "pending" || known === "settled") return "advance"
  if (heard === "settled" || (known === "failed" && heard === "approved")) return "keep"
  if (known === "approved" && heard === "failed") return "advance"
  return "ask Mochi"
}
