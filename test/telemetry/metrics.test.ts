import { describe, expect, it } from "@effect/vitest"
import { Array as Arr, Effect, Metric, MetricState } from "effect"
import { kudosCreated } from "../../src/telemetry/metrics.ts"

/** The series of `kudos.volume`: token and sum. */
const volumes = Effect.map(Metric.snapshot, pairs =>
  pairs.flatMap(({ metricKey, metricState }) =>
    metricKey.name === "kudos.volume" && MetricState.isCounterState(metricState)
      ? [
          [
            Arr.fromIterable(metricKey.tags).find(({ key }) => key === "token")?.value ?? "",
            metricState.count
          ] as const
        ]
      : []
  )
)

describe("The volume by token", () => {
  it.effect(
    "has no more series than can be read, each of a short name, and counts the rest as other (A23)",
    () =>
      Effect.gen(function* () {
        yield* kudosCreated("USDC", 10.5)
        yield* kudosCreated("S".repeat(50_031), 1)
        yield* kudosCreated("S".repeat(33), 2)
        yield* Effect.forEach(Arr.range(1, 5000), number => kudosCreated(`TOKEN${number}`, 1))
        yield* kudosCreated("USDC", 0.5)
        const series = yield* volumes
        expect(series.length).toBeLessThanOrEqual(101)
        expect(Math.max(...series.map(([token]) => token.length))).toBeLessThanOrEqual(32)
        expect(series).toContainEqual(["USDC", 11])
        expect(series).toContainEqual(["TOKEN99", 1])
        expect(series).toContainEqual(["other", 3 + 5000 - 99])
      })
  )
})
