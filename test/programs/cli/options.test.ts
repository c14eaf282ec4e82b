import { expect, it } from "@effect/vitest"
import { DateTime, Effect, Either } from "effect"
import { withoutTrailingSlashes } from "../../../src/config/parsers.ts"
import { lineOf } from "../../../src/programs/cli/doctor.ts"
import { decodeLimit, decodeSince } from "../../../src/programs/cli/options.ts"

it.effect("a moment is one that is written out, and that the database knows too", () =>
  Effect.gen(function* () {
    const moments = {
      "2026-01-31": "2026-01-31T00:00:00.000Z",
      "2026-01-31T10:00:00Z": "2026-01-31T10:00:00.000Z",
      "2026-01-31T10:00:00.5+02:00": "2026-01-31T08:00:00.500Z",
      "1970-01-01T00:00Z": "1970-01-01T00:00:00.000Z"
    }
    for (const [given, meant] of Object.entries(moments))
      expect(DateTime.formatIso(yield* decodeSince(given))).toBe(meant)
    const refused = [
      ...["", "5", "yesterday", "2026", "January 2026", "-271821-04-20T00:00:00Z", "+275760-09-13"],
      ...["0000-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01", "2026-01-31T"]
    ]
    for (const given of refused)
      expect(yield* Effect.flip(decodeSince(given)), given).toMatchObject({ exitCode: 2 })
  })
)

it.effect("a list has from one to a hundred thousand entries", () =>
  Effect.gen(function* () {
    for (const given of [1, 100_000]) expect(yield* decodeLimit(given)).toBe(given)
    for (const given of [-1, 0, 100_001, Number.NaN])
      expect(Either.isLeft(yield* Effect.either(decodeLimit(given))), String(given)).toBe(true)
  })
)

it("neither spaces nor slashes without end cost time", () => {
  const many = 300_000
  const started = performance.now()
  const finding = { check: "pay", state: "failed", detail: `a${" ".repeat(many)}b \n\n  c` } as const
  expect(lineOf(finding)).toBe(`FAIL  pay              a${" ".repeat(many)}b; c`)
  expect(withoutTrailingSlashes(`${"/".repeat(many)}a//`)).toBe(`${"/".repeat(many)}a`)
  expect(performance.now() - started).toBeLessThan(2_000)
})
