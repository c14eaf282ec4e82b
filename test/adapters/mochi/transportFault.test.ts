import { it } from "@effect/vitest"
import { expect } from "vitest"
import { bareCause, isBeforeSending } from "../../../src/adapters/mochi/transportFault.ts"

const failed = (known: { readonly code?: string; readonly syscall?: string }) =>
  Object.assign(new Error("failed"), known)

it.each([
  failed({ code: "ECONNREFUSED", syscall: "connect" }),
  failed({ code: "ENOTFOUND", syscall: "getaddrinfo" }),
  failed({ code: "ETIMEDOUT", syscall: "connect" }),
  failed({ code: "UND_ERR_CONNECT_TIMEOUT" }),
  failed({ code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
  new AggregateError([failed({ code: "ECONNREFUSED" }), failed({ code: "ENETUNREACH" })])
])("Nothing was sent when there was no connection: %o", cause => {
  expect(isBeforeSending(cause)).toBe(true)
})

it.each([
  failed({ code: "ECONNRESET", syscall: "read" }),
  failed({ code: "EPIPE", syscall: "write" }),
  failed({ code: "ETIMEDOUT", syscall: "read" }),
  failed({ code: "UND_ERR_SOCKET" }),
  new AggregateError([]),
  new AggregateError([failed({ code: "ECONNREFUSED" }), failed({ code: "ECONNRESET" })]),
  new Error("other side closed"),
  "a word",
  undefined
])("Nothing is claimed about what came later: %o", cause => {
  expect(isBeforeSending(cause)).toBe(false)
})

it("What is kept of an error is its code alone", () => {
  const cause = Object.assign(failed({ code: "ECONNRESET" }), { headers: { authorization: "Bearer x" } })
  expect(bareCause(cause).message).toBe("the connection failed: ECONNRESET")
  expect(Object.keys(bareCause(cause))).toEqual([])
})
