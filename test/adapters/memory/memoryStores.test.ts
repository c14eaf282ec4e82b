import { expect, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Option, TestClock } from "effect"
import * as memoryStores from "../../../src/adapters/memory/memoryStores.ts"
import * as Process from "../../../src/adapters/memory/Process.ts"
import * as Tables from "../../../src/adapters/memory/Tables.ts"
import { ApplicationId, RequestCode } from "../../../src/domain/Ids.ts"
import { Atomic } from "../../../src/ports/Atomic.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"
import { settings } from "../mochi/mochiClients.ts"
import { inboxOfIds } from "../../stores/inbox.ts"

const configured = settings("http://127.0.0.1:1")
const stores = Layer.provide(memoryStores.layer, configured)

const ask = {
  _tag: "AskMochi",
  request: { applicationId: ApplicationId.make("1"), code: RequestCode.make("A") },
  attempt: 0
} as const

it.scoped("Several processes share what is stored in memory, and take over from one that ended", () =>
  Effect.gen(function* () {
    const second = Context.get(yield* Layer.build(Layer.provide(memoryStores.layerOf(2), configured)), Outbox)
    const outbox = yield* Outbox
    yield* outbox.put([ask])
    const [held] = yield* second.take("AskMochi", 1)
    expect(held?.job).toEqual(ask)
    const waiting = yield* Effect.fork(outbox.take("AskMochi", 1))
    yield* TestClock.adjust("14 minutes")
    expect(yield* Fiber.poll(waiting)).toEqual(Option.none())
    yield* Process.end(2)
    expect((yield* Fiber.join(waiting)).map(({ triesBefore }) => triesBefore)).toEqual([1])
    yield* second.done(held!)
  }).pipe(Effect.provide(stores))
)

it.scoped("A job that a living process does not settle is taken from it after a quarter of an hour", () =>
  Effect.gen(function* () {
    const outbox = yield* Outbox
    yield* outbox.put([ask])
    yield* outbox.take("AskMochi", 1)
    const waiting = yield* Effect.fork(outbox.take("AskMochi", 1))
    yield* TestClock.adjust("14 minutes")
    expect(yield* Fiber.poll(waiting)).toEqual(Option.none())
    yield* TestClock.adjust("1 minute")
    expect((yield* Fiber.join(waiting)).map(({ triesBefore }) => triesBefore)).toEqual([1])
  }).pipe(Effect.provide(stores))
)

it.scoped("Work that outlives its transaction in memory stores nothing, and says so", () =>
  Effect.gen(function* () {
    const [{ transaction }, inbox] = [yield* Atomic, yield* inboxOfIds]
    const isOver = yield* Deferred.make<void>()
    const late = yield* transaction(
      Effect.forkScoped(Effect.zipRight(Deferred.await(isOver), inbox.accept("late")))
    )
    yield* Deferred.succeed(isOver, undefined)
    const exit = yield* Fiber.await(late)
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("This transaction is over")
    expect(yield* inbox.accept("late")).toBe(true)
  }).pipe(Effect.provide(stores))
)

it.scoped("A fiber that was begun in a transaction leaves its joiner outside of it", () =>
  Effect.gen(function* () {
    const [{ transaction }, inbox, tables] = [yield* Atomic, yield* inboxOfIds, yield* Tables.Tables]
    const child = yield* transaction(
      Effect.flatMap(Effect.fork(inbox.accept("inside")), fiber => Effect.as(Fiber.await(fiber), fiber))
    )
    expect(yield* Fiber.join(child)).toBe(true)
    expect(yield* tables.isInTransaction).toBe(false)
    expect(yield* inbox.accept("inside")).toBe(false)
  }).pipe(Effect.provide(stores))
)
