import { expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Either, Fiber, Option, TestClock } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { makeChannelTurns } from "../../src/services/channelTurns.ts"

const [one, other] = [ChannelId.make("1"), ChannelId.make("2")]

it.effect(
  "a channel takes ten messages at once, and the others one a second, while other channels are free",
  () =>
    Effect.gen(function* () {
      const { inTurn } = yield* makeChannelTurns
      const gate = yield* Deferred.make<void>()
      const waiting = yield* Effect.forEach(Array.from({ length: 10 }), () =>
        Effect.fork(inTurn(one, Deferred.await(gate)))
      )
      yield* Effect.yieldNow()
      const refused = yield* Effect.forEach(Array.from({ length: 3 }), () =>
        Effect.flip(inTurn(one, Effect.void))
      )
      expect(refused.map(({ mayHaveHappened, reason }) => [reason, mayHaveHappened])).toEqual(
        Array(3).fill(["RateLimited", false])
      )
      expect(refused.map(({ retryAfterMillis }) => Option.getOrThrow(retryAfterMillis))).toEqual([
        11_000, 12_000, 13_000
      ])
      yield* inTurn(other, Effect.void)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.joinAll(waiting)
      yield* inTurn(one, Effect.void)
    })
)

it.effect(
  "nobody waits longer than an hour for the turn of a channel, and a message that fails or is cut off leaves it",
  () =>
    Effect.gen(function* () {
      const { inTurn } = yield* makeChannelTurns
      for (let count = 0; count < 30; count++) yield* Effect.flip(inTurn(one, Effect.fail("refused")))
      const held = yield* Effect.forEach(Array.from({ length: 10 }), () =>
        Effect.fork(inTurn(one, Effect.never))
      )
      yield* Effect.yieldNow()
      let longest = 0
      for (let count = 0; count < 5000; count++) {
        const refused = yield* Effect.either(inTurn(one, Effect.void))
        const wait = Either.isLeft(refused) ? Option.getOrThrow(refused.left.retryAfterMillis) : 0
        longest = Math.max(longest, wait)
      }
      expect(longest).toBe(Duration.toMillis("1 hour"))
      yield* Fiber.interruptAll(held)
      yield* TestClock.adjust("1 second")
      yield* inTurn(one, Effect.void)
    })
)
