import { Predicate } from "effect"

/** Whether a transport error certainly came before any byte of the request left this machine. */
export const isBeforeSending = (cause: unknown): boolean =>
  cause instanceof AggregateError && cause.errors.length > 0
    ? cause.errors.every(isBeforeSending)
    : connecting.has(word(cause, "syscall")) || withoutConnection.test(word(cause, "code"))

/** The error without its details: a transport's own error has the request with its secrets. */
export const bareCause = (cause: unknown): Error => {
  const code = word(cause, "code")
  return new Error(code === "" ? "the connection failed" : `the connection failed: ${code}`)
}

const connecting: ReadonlySet<string> = new Set(["connect", "getaddrinfo"])

/** Name resolution, connecting, and refused certificates, but not a reset. */
const withoutConnection =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/

const word = (cause: unknown, name: "code" | "syscall"): string => {
  if (!Predicate.hasProperty(cause, name)) return ""
  const value = cause[name]
  return typeof value === "string" ? value : ""
}
