import { it } from "@effect/vitest"
import { Chunk, Effect, Exit, Scope, TestClock } from "effect"
import { expect } from "vitest"
import * as Alarms from "../../../src/adapters/mochi/alarms.ts"

/** Alarms that write down their names, from the test clock's start on. */
const noting = Effect.map(Alarms.make, alarms => {
  const rung: Array<string> = []
  return { rung, set: (name: string, millis: number) => alarms.at(millis, () => void rung.push(name)) }
})

const timers = Effect.map(TestClock.sleeps(), Chunk.size)

it.scoped("Alarms ring at their moments, whichever was set first, and not before", () =>
  Effect.gen(function* () {
    const { rung, set } = yield* noting
    set("late", 3_000)
    set("soon", 1_000)
    set("soon too", 1_000)
    yield* TestClock.adjust("999 millis")
    expect(rung).toEqual([])
    yield* TestClock.adjust("1 millis")
    expect(rung).toEqual(["soon", "soon too"])
    set("between", 2_000)
    yield* TestClock.adjust("2 seconds")
    expect(rung).toEqual(["soon", "soon too", "between", "late"])
  })
)

it.scoped("An alarm that was taken back does not ring, and the others do", () =>
  Effect.gen(function* () {
    const { rung, set } = yield* noting
    const takeBack = set("taken back", 1_000)
    set("kept", 1_000)
    takeBack()
    takeBack()
    yield* TestClock.adjust("1 second")
    expect(rung).toEqual(["kept"])
  })
)

it.scoped("One timer is enough for any number of alarms, and none rings after their end", () =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const { rung, set } = yield* Scope.extend(noting, scope)
    for (let call = 0; call < 1_000; call++) set("answered", 10_000 + call)()
    expect(yield* timers).toBe(1)
    for (let call = 0; call < 1_000; call++) set(`waits ${call}`, 20_000 - call)
    yield* Effect.yieldNow()
    expect(yield* timers).toBe(1)
    yield* Scope.close(scope, Exit.void)
    set("after the end", 1_000)
    yield* TestClock.adjust("1 minute")
    expect(rung).toEqual([])
  })
)
