import { expect, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { taggedOnce } from "../../src/telemetry/taggedOnce.ts"

it.effect("A metric is made once for the values of its tags, and is the series of these tags", () =>
  Effect.gen(function* () {
    const bare = Metric.counter("test.tagged.once")
    const tagged = taggedOnce(bare, "kind", "outcome")
    const made = tagged({ kind: "card", outcome: "delivered" })
    expect(tagged({ outcome: "delivered", kind: "card" })).toBe(made)
    expect(tagged({ kind: "delivered", outcome: "card" })).not.toBe(made)
    yield* Metric.incrementBy(made, 3)
    const sameSeries = bare.pipe(Metric.tagged("kind", "card"), Metric.tagged("outcome", "delivered"))
    expect((yield* Metric.value(sameSeries)).count).toBe(3)
    expect((yield* Metric.value(tagged({ kind: "card", outcome: "dead" }))).count).toBe(0)
  })
)
