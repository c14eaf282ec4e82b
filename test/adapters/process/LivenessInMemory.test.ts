import { expect, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as LivenessInMemory from "../../../src/adapters/process/LivenessInMemory.ts"
import { Liveness } from "../../../src/ports/Liveness.ts"

it.effect("a process lives until its background work has not progressed for a minute (A4)", () =>
  Effect.gen(function* () {
    const { isAlive, progressed } = yield* Liveness
    yield* TestClock.adjust("1 hour")
    // The database may be away for as long as it likes before there is anything to do.
    expect(yield* isAlive).toBe(true)
    yield* progressed
    yield* TestClock.adjust("59 seconds")
    expect(yield* isAlive).toBe(true)
    yield* TestClock.adjust("1 second")
    expect(yield* isAlive).toBe(false)
    yield* progressed
    expect(yield* isAlive).toBe(true)
  }).pipe(Effect.provide(LivenessInMemory.layer))
)
