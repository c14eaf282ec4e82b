import { it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Metric, Option, Ref, TestClock } from "effect"
import { expect } from "vitest"
import * as Throttle from "../../../src/adapters/mochi/Throttle.ts"
import { monotonicMillis } from "../../../src/context/monotonic.ts"
import { Priority } from "../../../src/context/Priority.ts"

/** A throttle to which each call says how many milliseconds it would wait. */
const throttleOf = (...bounds: Parameters<typeof Throttle.make>) =>
  Effect.map(Throttle.make(...bounds), throttle => ({
    admit: <A, E, R>(patienceMillis: number, effect: Effect.Effect<A, E, R>) =>
      Effect.flatMap(monotonicMillis, now => throttle.admit(now + patienceMillis, effect))
  }))

const queuedSoFar = Effect.map(Metric.value(Throttle.queued), ({ count }) => count)

it.scoped("No more calls run at once than allowed, and a waiting one is counted", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 2, perSecond: 1000 })
    const before = yield* queuedSoFar
    const running = yield* Ref.make(0)
    const most = yield* Ref.make(0)
    const work = Effect.gen(function* () {
      const now = yield* Ref.updateAndGet(running, count => count + 1)
      yield* Ref.update(most, count => Math.max(count, now))
      yield* Effect.sleep("1 second")
      yield* Ref.update(running, count => count - 1)
    })
    const all = yield* Effect.fork(
      Effect.all(
        Array.from({ length: 6 }, () => throttle.admit(60_000, work)),
        { concurrency: "unbounded" }
      )
    )
    yield* TestClock.adjust("2900 millis")
    expect(yield* Fiber.poll(all)).toEqual(Option.none())
    yield* TestClock.adjust("200 millis")
    expect((yield* Fiber.join(all)).every(Option.isSome)).toBe(true)
    expect(yield* Ref.get(most)).toBe(2)
    expect((yield* queuedSoFar) - before).toBe(4)
  })
)

it.scoped("A call that waits longer than its patience runs nothing, and leaves the place to others", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 1, perSecond: 1000 })
    const release = yield* Deferred.make<void>()
    const ran = yield* Ref.make<ReadonlyArray<string>>([])
    const mark = (name: string) => Ref.update(ran, all => [...all, name])
    const first = yield* Effect.fork(throttle.admit(60_000, Deferred.await(release)))
    yield* Effect.yieldNow()
    const hasty = yield* Effect.fork(throttle.admit(1_000, mark("hasty")))
    const patient = yield* Effect.fork(throttle.admit(60_000, mark("patient")))
    yield* TestClock.adjust("1 second")
    expect(yield* Fiber.join(hasty)).toEqual(Option.none())
    yield* Deferred.succeed(release, undefined)
    yield* Fiber.join(first)
    expect(yield* Fiber.join(patient)).toEqual(Option.some(undefined))
    expect(yield* Ref.get(ran)).toEqual(["patient"])
    expect(yield* throttle.admit(1_000, Effect.succeed("free"))).toEqual(Option.some("free"))
  })
)

it.scoped("An interrupted wait gives its place back", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 1, perSecond: 1000 })
    const holder = yield* Effect.fork(throttle.admit(60_000, Effect.never))
    yield* Effect.yieldNow()
    const waiting = yield* Effect.fork(throttle.admit(60_000, Effect.void))
    yield* Effect.yieldNow()
    yield* Fiber.interrupt(waiting)
    yield* Fiber.interrupt(holder)
    expect(yield* throttle.admit(1_000, Effect.succeed("free"))).toEqual(Option.some("free"))
  })
)

it.scoped(
  "After a second's worth at once, calls come at the rate, and are told at once when that is too late",
  () =>
    Effect.gen(function* () {
      const throttle = yield* throttleOf({ concurrency: 100, perSecond: 10 })
      const done = yield* Ref.make(0)
      const call = throttle.admit(
        60_000,
        Ref.update(done, count => count + 1)
      )
      const all = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 30 }, () => call),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("1 milli")
      expect(yield* Ref.get(done)).toBe(10)
      yield* TestClock.adjust("1 second")
      expect(yield* Ref.get(done)).toBe(20)
      expect(yield* throttle.admit(50, Effect.dieMessage("ran all the same"))).toEqual(Option.none())
      yield* TestClock.adjust("1 second")
      expect(yield* Ref.get(done)).toBe(30)
      yield* Fiber.join(all)
    })
)

it.scoped(
  "A call behind others with nearer deadlines is told at once when the rate cannot reach it in time",
  () =>
    Effect.gen(function* () {
      const throttle = yield* throttleOf({ concurrency: 100, perSecond: 10 })
      yield* Effect.replicateEffect(throttle.admit(1_000, Effect.void), 10)
      yield* Effect.forkAll(Array.from({ length: 20 }, () => throttle.admit(2_040, Effect.void)))
      yield* TestClock.adjust("1 milli")
      expect(yield* throttle.admit(2_060, Effect.dieMessage("ran all the same"))).toEqual(Option.none())
      const soon = yield* Effect.fork(throttle.admit(150, Effect.succeed("soon")))
      const later = yield* Effect.fork(throttle.admit(2_500, Effect.succeed("later")))
      yield* TestClock.adjust("2200 millis")
      expect([yield* Fiber.join(soon), yield* Fiber.join(later)]).toEqual([
        Option.some("soon"),
        Option.some("later")
      ])
    })
)

/** Names in the order in which their calls leave a throttle of one place, which frees after a second. */
const orderOf = (
  waiting: ReadonlyArray<readonly [name: string, patienceMillis: number, priority: "command" | "suggestion"]>
) =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 1, perSecond: 1000 })
    const order = yield* Ref.make<ReadonlyArray<string>>([])
    yield* Effect.fork(throttle.admit(60_000, Effect.sleep("1 second")))
    yield* Effect.yieldNow()
    for (const [name, patience, priority] of waiting) {
      const call = throttle.admit(
        patience,
        Ref.update(order, all => [...all, name])
      )
      yield* Effect.fork(Effect.provideService(call, Priority, priority))
      yield* Effect.yieldNow()
    }
    yield* TestClock.adjust("1500 millis")
    return yield* Ref.get(order)
  })

it.scoped(
  "Of those that wait the nearest deadline goes first, and of equal ones the one that came first",
  () =>
    Effect.gen(function* () {
      const order = yield* orderOf([
        ["late", 9_000, "command"],
        ["first of three", 5_000, "command"],
        ["second of three", 5_000, "command"],
        ["soon", 2_000, "command"],
        ["third of three", 5_000, "command"]
      ])
      expect(order).toEqual(["soon", "first of three", "second of three", "third of three", "late"])
    })
)

it.scoped("Commands that wait go before suggestions, however near their deadlines are", () =>
  Effect.gen(function* () {
    const order = yield* orderOf([
      ["typed", 2_000, "suggestion"],
      ["decided", 20_000, "command"],
      ["typed sooner", 1_500, "suggestion"],
      ["asked", 16_000, "command"]
    ])
    expect(order).toEqual(["asked", "decided", "typed sooner", "typed"])
  })
)

it.scoped("Calls that are interrupted at any moment leave their places to others", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 2, perSecond: 1000 })
    for (let turns = 0; turns < 20; turns++) {
      const calls = yield* Effect.forEach([0, 1, 2, 3], () =>
        Effect.fork(throttle.admit(60_000, Effect.yieldNow()))
      )
      for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow()
      yield* Fiber.interruptAll(calls)
    }
    const both = Array.from({ length: 2 }, () => throttle.admit(10, Effect.succeed("free")))
    expect(yield* Effect.all(both, { concurrency: 2 })).toEqual(both.map(() => Option.some("free")))
  })
)

it.scoped("A failure passes through and frees the place", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 1, perSecond: 1000 })
    expect(yield* Effect.flip(throttle.admit(1_000, Effect.fail("no")))).toBe("no")
    expect(yield* throttle.admit(1_000, Effect.succeed("free"))).toEqual(Option.some("free"))
  })
)

it.scoped("Patience is for the wait alone: a call that has its place runs to its end", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 1, perSecond: 1000 })
    yield* Effect.fork(throttle.admit(60_000, Effect.sleep("500 millis")))
    yield* Effect.yieldNow()
    const long = yield* Effect.fork(throttle.admit(1_000, Effect.sleep("5 seconds").pipe(Effect.as("done"))))
    yield* TestClock.adjust("6 seconds")
    expect(yield* Fiber.join(long)).toEqual(Option.some("done"))
  })
)

it.scoped("A place that comes free at the very moment of giving up is either used or not, never both", () =>
  Effect.gen(function* () {
    for (const holdMillis of [999, 1000, 1001]) {
      const throttle = yield* throttleOf({ concurrency: 1, perSecond: 1000 })
      const ran = yield* Ref.make(false)
      yield* Effect.fork(throttle.admit(60_000, Effect.sleep(holdMillis)))
      yield* Effect.yieldNow()
      const waiting = yield* Effect.fork(throttle.admit(1_000, Ref.set(ran, true)))
      yield* TestClock.adjust("2 seconds")
      expect(Option.isSome(yield* Fiber.join(waiting))).toBe(yield* Ref.get(ran))
    }
  })
)

const asSuggestion = Effect.provideService(Priority, "suggestion")

it.scoped("Suggestions never take the places that commands need, nor their turns (A12)", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf({ concurrency: 8, perSecond: 20 }, { concurrency: 3, perSecond: 5 })
    const order = yield* Ref.make<ReadonlyArray<string>>([])
    const call = (name: string) =>
      throttle.admit(
        60_000,
        Ref.update(order, all => [...all, name]).pipe(Effect.zipRight(Effect.sleep("5 seconds")))
      )
    yield* Effect.forkAll(Array.from({ length: 500 }, () => asSuggestion(call("suggestion"))))
    yield* TestClock.adjust("10 seconds")
    const before = yield* Ref.get(order)
    expect(before).toHaveLength(9)
    yield* Effect.forkAll(Array.from({ length: 5 }, () => call("command")))
    yield* TestClock.adjust("1 millis")
    expect((yield* Ref.get(order)).slice(before.length)).toEqual(Array.from({ length: 5 }, () => "command"))
    // the others wait for one another, and not for what is typed
    yield* Effect.forkAll(Array.from({ length: 5 }, () => call("command")))
    yield* TestClock.adjust("5001 millis")
    const commands = (yield* Ref.get(order)).filter(name => name === "command")
    expect(commands).toHaveLength(10)
  })
)

it.scoped("A suggestion waits no longer than its patience, for both bounds together (A12)", () =>
  Effect.gen(function* () {
    const throttle = yield* throttleOf(
      { concurrency: 1, perSecond: 1000 },
      { concurrency: 1, perSecond: 1000 }
    )
    yield* Effect.fork(throttle.admit(60_000, Effect.never))
    yield* Effect.yieldNow()
    const waiting = yield* Effect.fork(
      asSuggestion(throttle.admit(2_000, Effect.dieMessage("ran all the same")))
    )
    const behind = yield* Effect.fork(
      asSuggestion(throttle.admit(3_000, Effect.dieMessage("ran all the same")))
    )
    yield* TestClock.adjust("2 seconds")
    expect(yield* Fiber.join(waiting)).toEqual(Option.none())
    yield* TestClock.adjust("1 second")
    expect(yield* Fiber.join(behind)).toEqual(Option.none())
  })
)
