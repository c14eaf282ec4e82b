import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Fiber } from "effect"
import { batched } from "../../src/context/batched.ts"

/** Batches that note what they ran; the test lets so many of them end. */
const batches = Effect.gen(function* () {
  const ran: Array<ReadonlyArray<string>> = []
  const gate = yield* Effect.makeSemaphore(100)
  yield* gate.take(100)
  const submit = yield* batched({
    most: 3,
    atOnce: 2,
    isSafeToTryAlone: error => error === "refused",
    keyOf: (item: string) => item.slice(0, 1),
    run: (items): Effect.Effect<ReadonlyArray<string>, string> =>
      Effect.gen(function* () {
        ran.push(items)
        yield* gate.take(1)
        if (items.some(item => item.endsWith("!"))) return yield* Effect.fail("refused")
        if (items.some(item => item.endsWith("?"))) return yield* Effect.fail("lost")
        return items.map(item => item.toUpperCase())
      })
  })
  return { ran, gate, submit }
})

describe("what comes at the same moment", () => {
  it.scoped("runs as one in the order of keys, but never two of one key, and never more than fit", () =>
    Effect.gen(function* () {
      const { gate, ran, submit } = yield* batches
      const running = yield* Effect.fork(
        Effect.forEach(["a1", "b1", "c1", "a2", "d1", "e1", "c2"], submit, { concurrency: "unbounded" })
      )
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      expect(ran).toEqual([["a1"], ["b1"]])
      yield* gate.release(100)
      expect(yield* Fiber.join(running)).toEqual(["A1", "B1", "C1", "A2", "D1", "E1", "C2"])
      expect(ran).toEqual([["a1"], ["b1"], ["a2", "c1", "d1"], ["e1"], ["c2"]])
    })
  )

  it.scoped("is tried one by one after a failure, so that one costs no other", () =>
    Effect.gen(function* () {
      const { gate, ran, submit } = yield* batches
      const running = yield* Effect.fork(
        Effect.forEach(["a", "b", "c", "d!", "e"], item => Effect.either(submit(item)), {
          concurrency: "unbounded"
        })
      )
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      yield* gate.release(100)
      expect(yield* Fiber.join(running)).toEqual([
        Either.right("A"),
        Either.right("B"),
        Either.right("C"),
        Either.left("refused"),
        Either.right("E")
      ])
      expect(ran).toEqual([["a"], ["b"], ["c", "d!", "e"], ["c"], ["d!"], ["e"]])
    })
  )

  it.scoped("is not tried again after a failure if nobody waits for it any more", () =>
    Effect.gen(function* () {
      const { gate, ran, submit } = yield* batches
      const others = yield* Effect.fork(
        Effect.forEach(["a", "b"], item => Effect.either(submit(item)), { concurrency: "unbounded" })
      )
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      const failing = yield* Effect.fork(Effect.either(submit("c!")))
      const leaving = yield* Effect.fork(submit("d"))
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      yield* gate.release(2)
      yield* Fiber.join(others)
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      yield* Fiber.interrupt(leaving)
      yield* gate.release(100)
      expect(yield* Fiber.join(failing)).toEqual(Either.left("refused"))
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      expect(ran).toEqual([["a"], ["b"], ["c!", "d"], ["c!"]])
    })
  )

  it.scoped("fails as one, and runs once, if it may have been done", () =>
    Effect.gen(function* () {
      const { gate, ran, submit } = yield* batches
      const running = yield* Effect.fork(
        Effect.forEach(["a", "b", "c", "d?"], item => Effect.either(submit(item)), {
          concurrency: "unbounded"
        })
      )
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      yield* gate.release(100)
      const answers = yield* Fiber.join(running)
      expect(answers.slice(-2)).toEqual([Either.left("lost"), Either.left("lost")])
      expect(ran.filter(items => items.includes("c"))).toHaveLength(1)
    })
  )

  it.scoped("does not run once nobody waits for it", () =>
    Effect.gen(function* () {
      const { gate, ran, submit } = yield* batches
      const both = yield* Effect.fork(Effect.forEach(["a", "b"], submit, { concurrency: "unbounded" }))
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      const third = yield* Effect.fork(submit("c"))
      yield* Effect.repeatN(Effect.yieldNow(), 5)
      yield* Fiber.interrupt(third)
      yield* gate.release(100)
      yield* Fiber.join(both)
      expect(ran).toEqual([["a"], ["b"]])
    })
  )
})
