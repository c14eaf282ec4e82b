import { it } from "@effect/vitest"
import { Option } from "effect"
import { expect } from "vitest"
import { parseRetryAfter } from "../../../src/adapters/http/retryAfter.ts"

const now = Date.parse("2026-01-05T10:00:00Z")

it.each([
  ["0", 0],
  ["3", 3_000],
  [" 120 ", 120_000],
  ["Mon, 05 Jan 2026 10:00:07 GMT", 7_000],
  ["Mon, 05 Jan 2026 09:00:00 GMT", 0]
])("Retry-After %j asks for %d ms", (header, expected) => {
  expect(parseRetryAfter(header, now)).toEqual(Option.some(expected))
})

it.each(["", "-1", "1.5", "soon", "2026-01-05", "0x10", "9999999999", "Mon, 99 Foo 2026 10:00:07 GMT"])(
  "Retry-After %j asks for nothing",
  header => {
    expect(parseRetryAfter(header, now)).toEqual(Option.none())
  }
)
