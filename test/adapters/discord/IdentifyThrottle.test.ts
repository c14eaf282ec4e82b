import { expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as IdentifyThrottle from "../../../src/adapters/discord/IdentifyThrottle.ts"
import { settableWallClock } from "./wallClock.ts"

/** Lets promises and fibers that are due run. */
const settle = Effect.promise(() => new Promise<void>(resolve => setImmediate(resolve)))

const bench = Effect.gen(function* () {
  yield* TestClock.setTime(1_000_000)
  const throttle = yield* IdentifyThrottle.make
  const turns: Array<number> = []
  const refused: Array<number> = []
  const ask = (shardId: number, signal = new AbortController().signal) => {
    throttle.waitForIdentify(shardId, signal).then(
      () => turns.push(shardId),
      () => refused.push(shardId)
    )
  }
  return { throttle, turns, refused, ask }
})

const pass = (duration: `${number} seconds`) =>
  Effect.zipRight(Effect.zipRight(settle, TestClock.adjust(duration)), settle)

it.effect("one shard of a bucket identifies in five seconds, those of other buckets beside it", () =>
  Effect.gen(function* () {
    const { throttle, turns, ask } = yield* bench
    throttle.configure(2)
    for (const shardId of [0, 1, 2, 3]) ask(shardId)
    yield* settle
    expect(turns).toEqual([0, 1])
    expect(throttle.isWaiting(2)).toBe(true)
    yield* pass("4 seconds")
    expect(turns).toEqual([0, 1])
    yield* pass("1 seconds")
    expect(turns.toSorted()).toEqual([0, 1, 2, 3])
    expect(throttle.isWaiting(2)).toBe(false)
  })
)

it.effect("identifies that no READY follows come ever more slowly", () =>
  Effect.gen(function* () {
    const { throttle, turns, ask } = yield* bench
    for (let count = 0; count < 4; count++) ask(0)
    yield* pass("5 seconds")
    expect(turns).toHaveLength(2)
    yield* pass("5 seconds")
    expect(turns).toHaveLength(2)
    yield* pass("5 seconds")
    expect(turns).toHaveLength(3)
    yield* pass("20 seconds")
    expect(turns).toHaveLength(4)
    throttle.answered(0)
    ask(0)
    yield* pass("5 seconds")
    expect(turns).toHaveLength(5)
  })
)

it.effect("a shard whose socket closed while it waited does not identify, and costs nobody a turn", () =>
  Effect.gen(function* () {
    const { turns, refused, ask } = yield* bench
    const closed = new AbortController()
    ask(0)
    yield* settle
    ask(1, closed.signal)
    ask(2)
    yield* settle
    closed.abort()
    yield* pass("5 seconds")
    expect(refused).toEqual([1])
    expect(turns).toEqual([0, 2])
  })
)

it.effect("a wall clock that is set back by an hour delays no identify (C3)", () =>
  Effect.gen(function* () {
    const wall = yield* settableWallClock
    yield* TestClock.setTime(1_000_000)
    const throttle = yield* Effect.withClock(IdentifyThrottle.make, wall.clock)
    const turns: Array<number> = []
    const ask = (shardId: number) =>
      throttle.waitForIdentify(shardId, new AbortController().signal).then(() => turns.push(shardId))
    ask(0)
    yield* settle
    wall.setBy(-3_600_000)
    ask(1)
    yield* pass("5 seconds")
    expect(turns).toEqual([0, 1])
  })
)
