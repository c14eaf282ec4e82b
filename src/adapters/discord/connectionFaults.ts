import { Predicate } from "effect"

/** Error codes of connections that fail before they carry a byte of the request. */
export const neverConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

/** The system's error code, such as ECONNRESET. */
export const systemCode = (failure: unknown): string | undefined => {
  const cause = failure instanceof Error ? failure.cause : undefined
  return Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : undefined
}
