import { expect } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { UserId } from "../../src/domain/Ids.ts"
import { Atomic } from "../../src/ports/Atomic.ts"
import { People } from "../../src/ports/People.ts"
import { onEachStore } from "./eachStore.ts"
import { inboxOfIds } from "./inbox.ts"

const someone = (last: string) => UserId.make(`12345678901234567${last}`)

/** What two ports store, and whether it is there. */
const stores = Effect.gen(function* () {
  const [inbox, people] = [yield* inboxOfIds, yield* People]
  return {
    store: (name: string, person: UserId) =>
      Effect.zipRight(inbox.accept(name), people.chooseNotifications(person, false)),
    isStored: (name: string, person: UserId) =>
      Effect.gen(function* () {
        const isNew = yield* inbox.accept(name)
        return [!isNew, !(yield* people.wantsNotifications(person))]
      })
  }
})

onEachStore("a transaction", it => {
  it.effect("keeps everything that was stored within it", () =>
    Effect.gen(function* () {
      const { isStored, store } = yield* stores
      yield* (yield* Atomic).transaction(store("kept", someone("0")))
      expect(yield* isStored("kept", someone("0"))).toEqual([true, true])
    })
  )

  it.effect("keeps nothing where it fails, and passes the failure on", () =>
    Effect.gen(function* () {
      const { isStored, store } = yield* stores
      const failure = yield* Effect.flip(
        (yield* Atomic).transaction(Effect.zipRight(store("lost", someone("1")), Effect.fail("refused")))
      )
      expect(failure).toBe("refused")
      expect(yield* isStored("lost", someone("1"))).toEqual([false, false])
    })
  )

  it.effect("keeps nothing where it is interrupted, or dies", () =>
    Effect.gen(function* () {
      const { isStored, store } = yield* stores
      const atomic = yield* Atomic
      const hasStored = yield* Deferred.make<void>()
      const running = yield* Effect.fork(
        atomic.transaction(
          store("cut", someone("2")).pipe(
            Effect.zipRight(Deferred.succeed(hasStored, undefined)),
            Effect.zipRight(Effect.never)
          )
        )
      )
      yield* Deferred.await(hasStored)
      yield* Fiber.interrupt(running)
      expect(yield* isStored("cut", someone("2"))).toEqual([false, false])
      const exit = yield* Effect.exit(
        atomic.transaction(Effect.zipRight(store("dead", someone("3")), Effect.dieMessage("a defect")))
      )
      expect(Exit.isFailure(exit)).toBe(true)
      expect(yield* isStored("dead", someone("3"))).toEqual([false, false])
    })
  )

  it.effect("shows others what it stored only once it is over", () =>
    Effect.gen(function* () {
      const { store } = yield* stores
      const people = yield* People
      const [hasStored, mayEnd] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const running = yield* Effect.fork(
        (yield* Atomic).transaction(
          Effect.gen(function* () {
            yield* store("hidden", someone("4"))
            expect(yield* people.wantsNotifications(someone("4"))).toBe(false)
            yield* Deferred.succeed(hasStored, undefined)
            yield* Deferred.await(mayEnd)
          })
        )
      )
      yield* Deferred.await(hasStored)
      expect(yield* people.wantsNotifications(someone("4"))).toBe(true)
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(running)
      expect(yield* people.wantsNotifications(someone("4"))).toBe(false)
    })
  )

  it.effect("within another one is part of it, and is taken back alone where it fails alone", () =>
    Effect.gen(function* () {
      const { isStored, store } = yield* stores
      const { transaction } = yield* Atomic
      yield* transaction(
        Effect.gen(function* () {
          yield* store("outer", someone("5"))
          yield* Effect.ignore(
            transaction(Effect.zipRight(store("inner", someone("6")), Effect.fail("inner")))
          )
        })
      )
      expect(yield* isStored("outer", someone("5"))).toEqual([true, true])
      expect(yield* isStored("inner", someone("6"))).toEqual([false, false])
      yield* Effect.flip(
        transaction(Effect.zipRight(transaction(store("both", someone("7"))), Effect.fail("outer")))
      )
      expect(yield* isStored("both", someone("7"))).toEqual([false, false])
    })
  )
})
