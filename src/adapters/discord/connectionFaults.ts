import { Predicate } from "effect"

/** The codes with which a connection fails before a byte of the request is written. */
export const neverConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

/** The system's own word for it, such as ECONNRESET. */
export const systemCode = (failure: unknown): string | undefined => {
  const cause = failure instanceof Error ? failure.cause : undefined
  return Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : undefined
}
