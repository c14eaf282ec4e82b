import { it } from "@effect/vitest"
import { Effect, Fiber, Metric, Option, TestClock } from "effect"
import { describe, expect } from "vitest"
import { clientDuration } from "../../../src/adapters/mochi/instrumentation.ts"
import * as Throttle from "../../../src/adapters/mochi/Throttle.ts"
import { monotonicMillis } from "../../../src/context/monotonic.ts"
import { within } from "../../../src/context/Deadline.ts"
import { MochiPay } from "../../../src/ports/MochiPay.ts"
import { hour, withSteppedClock } from "../../support/steppedClock.ts"
import * as Given from "./mochiClients.ts"

const vaults = Effect.flatMap(MochiPay, pay =>
  pay.vaults(Given.profileId("90101"), Given.applicationId("123"))
)

const sentSoFar = Effect.flatMap(Given.Script, ({ sent }) => Effect.map(sent, all => all.length))

const steps = [-hour, -40_000, hour] as const

describe.each(steps)("A wall clock that is set by %i ms", millis => {
  it.scoped("lets calls leave at once, however many left before (C3)", () =>
    withSteppedClock(step =>
      Effect.gen(function* () {
        const throttle = yield* Throttle.make({ concurrency: 10, perSecond: 10 })
        const call = Effect.flatMap(monotonicMillis, now => throttle.admit(now + 5_000, Effect.void))
        yield* Effect.replicateEffect(call, 10)
        yield* step(millis)
        const next = yield* Effect.fork(Effect.replicateEffect(call, 10))
        yield* TestClock.adjust("1 second")
        expect((yield* Fiber.join(next)).every(Option.isSome)).toBe(true)
      })
    )
  )

  it.effect("neither ends a call under way nor keeps its retry from being sent (C3)", () =>
    withSteppedClock(step =>
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(within("5 seconds")(vaults))
        yield* TestClock.adjust("10 millis")
        expect(yield* sentSoFar).toBe(1)
        yield* step(millis)
        yield* TestClock.adjust("2 seconds")
        expect(yield* Fiber.join(fiber)).toEqual([])
        expect(yield* sentSoFar).toBe(2)
      })
    ).pipe(Effect.provide(Given.scripted([{ status: 500 }, { status: 200, body: '{"data":[]}' }])))
  )

  it.effect("lets a caller wait as long as it said, and no longer (C3)", () =>
    withSteppedClock(step =>
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(Effect.flip(within("5 seconds")(vaults)))
        yield* TestClock.adjust("1 second")
        yield* step(millis)
        yield* TestClock.adjust("3 seconds")
        expect(yield* Fiber.poll(fiber)).toEqual(Option.none())
        yield* TestClock.adjust("1 second")
        expect((yield* Fiber.join(fiber)).reason).toBe("TimedOut")
      })
    ).pipe(Effect.provide(Given.scripted(["stalled body"], { MAX_RETRIES: "0" })))
  )

  it.effect("is in no measured duration (C3)", () =>
    withSteppedClock(step =>
      Effect.gen(function* () {
        const measured = Effect.map(
          Metric.value(
            clientDuration.pipe(Metric.tagged("operation", "list_vaults"), Metric.tagged("outcome", "ok"))
          ),
          ({ sum }) => sum
        )
        const before = yield* measured
        const fiber = yield* Effect.fork(vaults)
        yield* TestClock.adjust("10 millis")
        yield* step(millis)
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(fiber)
        const passed = (yield* measured) - before
        expect(passed).toBeGreaterThan(0)
        expect(passed).toBeLessThan(3)
      })
    ).pipe(Effect.provide(Given.scripted([{ status: 500 }, { status: 200, body: '{"data":[]}' }])))
  )
})

it.effect("A date in Retry-After is read against the answer's own date, whatever our clock says (C3)", () =>
  withSteppedClock(step =>
    Effect.gen(function* () {
      yield* step(-hour)
      const fiber = yield* Effect.fork(vaults)
      yield* TestClock.adjust("4 seconds")
      expect(yield* Fiber.join(fiber)).toEqual([])
      expect(yield* sentSoFar).toBe(2)
    })
  ).pipe(
    Effect.provide(
      Given.scripted([
        {
          status: 503,
          headers: {
            date: "Thu, 01 Jan 1970 00:00:00 GMT",
            "retry-after": "Thu, 01 Jan 1970 00:00:02 GMT"
          }
        },
        { status: 200, body: '{"data":[]}' }
      ])
    )
  )
)
