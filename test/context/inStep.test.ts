import { expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { inStep, untilNext } from "../../src/context/inStep.ts"
import { monotonicMillis } from "../../src/context/monotonic.ts"

it.effect("Loops in step run at once, and then together, however long their work takes", () =>
  Effect.gen(function* () {
    const runs: Array<readonly [name: string, at: number]> = []
    const loop = (name: string, takes: number) =>
      inStep(
        "1 second",
        Effect.zipRight(
          Effect.map(monotonicMillis, at => runs.push([name, at])),
          Effect.sleep(takes)
        )
      )
    yield* TestClock.adjust("300 millis")
    const first = yield* Effect.fork(loop("quick", 5))
    yield* TestClock.adjust("400 millis")
    const second = yield* Effect.fork(loop("slow", 1_100))
    yield* TestClock.adjust("3400 millis")
    expect(runs.filter(([name]) => name === "quick").map(([, at]) => at)).toEqual([
      300, 1000, 2000, 3000, 4000
    ])
    expect(runs.filter(([name]) => name === "slow").map(([, at]) => at)).toEqual([700, 2000, 4000])
    yield* Fiber.interruptAll([first, second])
  })
)

it("A timer that fires too early does not make a loop run twice", () => {
  expect(untilNext(1_000, 2_999.2)).toBe(1_000)
  expect(untilNext(1_000, 3_000)).toBe(1_000)
  expect(untilNext(1_000, 3_010)).toBe(990)
})
