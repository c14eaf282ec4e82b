import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { makeAcknowledgedFirst } from "../../../src/programs/discord/acknowledgedFirst.ts"

const isOver = (fiber: Fiber.RuntimeFiber<void>) =>
  Effect.zipRight(
    Effect.yieldNow(),
    Effect.map(fiber.status, ({ _tag }) => _tag === "Done")
  )

describe("Work", () => {
  it.effect("begins at once while nobody waits for an acknowledgement", () =>
    Effect.gen(function* () {
      const { afterOthers, arrived } = yield* makeAcknowledgedFirst
      yield* afterOthers
      arrived()()
      yield* afterOthers
    })
  )

  it.effect("begins after the last acknowledgement, each of which counts once", () =>
    Effect.gen(function* () {
      const { afterOthers, arrived } = yield* makeAcknowledgedFirst
      const [first, second] = [arrived(), arrived()]
      const work = yield* Effect.fork(afterOthers)
      first()
      first()
      expect(yield* isOver(work)).toBe(false)
      second()
      yield* Fiber.join(work)
    })
  )

  it.effect("does not wait for ever for others", () =>
    Effect.gen(function* () {
      const { afterOthers, arrived } = yield* makeAcknowledgedFirst
      arrived()
      const work = yield* Effect.fork(afterOthers)
      yield* TestClock.adjust("249 millis")
      expect(yield* isOver(work)).toBe(false)
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(work)
    })
  )
})
