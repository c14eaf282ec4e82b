import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Either, Fiber, Layer, Option, Ref, TestClock } from "effect"
import type { Holding, Vault } from "../../src/domain/Catalog.ts"
import { ApplicationId, TokenId, VaultProfileId } from "../../src/domain/Ids.ts"
import { Deadline } from "../../src/context/Deadline.ts"
import type { MochiError } from "../../src/ports/MochiError.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { monotonicMillis } from "../../src/context/monotonic.ts"
import { Choices } from "../../src/services/Choices.ts"
import { RecentChoices } from "../../src/services/RecentChoices.ts"
import { heapInUse } from "../support/garbage.ts"
import { ada, grace, key, mochiError, profileOf, usdc, vault } from "./mochiWorld.ts"

const applications = [{ id: key.applicationId, name: "DAO App" }]

/** Suggestions over a Mochi that lists applications as told; the count is of those look-ups. */
const choicesOver = (listing: (count: number) => Effect.Effect<typeof applications, MochiError>) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const mochi = Layer.merge(
      Layer.mock(MochiPay, {
        applications: () =>
          Effect.flatMap(
            Ref.updateAndGet(count, n => n + 1),
            listing
          )
      }),
      Layer.mock(MochiProfiles, { byUserId: user => Effect.succeed(profileOf(user)) })
    )
    const choices = yield* Effect.provide(
      Choices,
      Layer.provide(Choices.Default, Layer.merge(mochi, RecentChoices.Default))
    )
    return { choices, count: Ref.get(count) }
  })

describe("Suggestions", () => {
  it.effect("are remembered for each person, and no longer than ten seconds", () =>
    Effect.gen(function* () {
      const { choices, count } = yield* choicesOver(() => Effect.succeed(applications))
      yield* choices.applications(ada, "")
      yield* TestClock.adjust("7 seconds")
      expect(yield* choices.applications(ada, "dao")).toEqual(applications)
      expect(yield* count).toBe(1)
      yield* choices.applications(grace, "")
      expect(yield* count).toBe(2)
      yield* TestClock.adjust("3 seconds")
      yield* choices.applications(ada, "")
      expect(yield* count).toBe(3)
    })
  )

  it.effect("that failed are looked up again the next moment", () =>
    Effect.gen(function* () {
      const { choices, count } = yield* choicesOver(n =>
        n === 1 ? mochiError("Unavailable") : Effect.succeed(applications)
      )
      expect((yield* Effect.flip(choices.applications(ada, "")))._tag).toBe("MochiError")
      yield* TestClock.adjust("1 millis")
      expect(yield* choices.applications(ada, "")).toEqual(applications)
      expect(yield* count).toBe(2)
    })
  )

  it.effect("reach the later keystroke although the earlier one was given up", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { choices, count } = yield* choicesOver(() => Effect.as(Deferred.await(gate), applications))
      const first = yield* Effect.fork(choices.applications(ada, "d"))
      const second = yield* Effect.fork(choices.applications(ada, "da"))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(gate, undefined)
      expect(yield* Fiber.join(second)).toEqual(applications)
      expect(yield* count).toBe(1)
    })
  )

  it.effect("wait for a Mochi that hangs no longer than a few seconds, for each person who asks", () =>
    Effect.gen(function* () {
      const allowed = yield* Ref.make(Option.none<number>())
      const { choices } = yield* choicesOver(() =>
        Effect.gen(function* () {
          yield* Ref.set(allowed, Option.some((yield* Deadline) - (yield* monotonicMillis)))
          return applications
        })
      )
      yield* choices.applications(ada, "")
      expect(yield* Ref.get(allowed)).toEqual(Option.some(5000))
    })
  )
})

/** Lists as they come out of a body: each name a text of its own. */
const listOf = (application: string, rows: number): ReadonlyArray<Vault> =>
  JSON.parse(
    JSON.stringify(
      Array.from({ length: rows }, (_, row) => ({
        id: `${application}-${row}`,
        name: `Vault ${row} `.repeat(20)
      }))
    )
  )

const walkedThrough = (vaults: MochiPay["Type"]["vaults"]) =>
  Effect.provide(
    Choices,
    Layer.provide(
      Choices.Default,
      Layer.mergeAll(
        RecentChoices.Default,
        Layer.mock(MochiPay, {
          applications: () =>
            Effect.succeed(
              Array.from({ length: 400 }, (_, id) => ({
                id: ApplicationId.make(String(id)),
                name: `App ${id}`
              }))
            ),
          vaults
        }),
        Layer.mock(MochiProfiles, { byUserId: user => Effect.succeed(profileOf(user)) })
      )
    )
  )

describe("Lists that are remembered for somebody who types", () => {
  it.effect("weigh twenty megabytes at most, however many and long they are (A7)", () =>
    Effect.gen(function* () {
      const choices = yield* walkedThrough((_, id) => Effect.sync(() => listOf(id, 1_500)))
      yield* choices.vaults(ada, "0", "")
      const before = heapInUse()
      for (let id = 1; id < 400; id++) {
        yield* choices.vaults(ada, String(id), "")
      }
      expect(heapInUse() - before).toBeLessThan(30 * 1024 * 1024)
    })
  )

  it.effect("hold no piece of the body that they were read from (A7)", () =>
    Effect.gen(function* () {
      const choices = yield* walkedThrough((_, id) =>
        Effect.sync(() => {
          const body = `{"name":"${"x".repeat(1_000_000)} ${id}"}`
          return [{ id: VaultProfileId.make(body.slice(-20)), name: body }]
        })
      )
      const before = heapInUse()
      for (let id = 0; id < 100; id++) yield* choices.vaults(ada, String(id), "")
      expect(heapInUse() - before).toBeLessThan(10 * 1024 * 1024)
    })
  )

  it.effect("are taken of a vault of thousands of tokens, and any of those is found (C17)", () =>
    Effect.gen(function* () {
      const many: ReadonlyArray<Holding> = Array.from({ length: 6_000 }, (_, id) => ({
        token: { ...usdc.token, id: TokenId.make(String(id)), symbol: `TOK${id}`, name: `Worthless ${id}` },
        available: { baseUnits: id % 10 === 0 ? 0n : 1n, decimals: 6 }
      }))
      const choices = yield* Effect.provide(
        Choices,
        Layer.provide(
          Choices.Default,
          Layer.mergeAll(
            RecentChoices.Default,
            Layer.mock(MochiPay, {
              applications: () => Effect.succeed(applications),
              vaults: () => Effect.succeed([{ id: vault.vaultId, name: "Vault" }]),
              holdings: () => Effect.succeed(many)
            }),
            Layer.mock(MochiProfiles, { byUserId: user => Effect.succeed(profileOf(user)) })
          )
        )
      )
      const ask = (typed: string) => choices.holdings(ada, "DAO App", vault.vaultId, typed)
      expect(yield* ask("")).toHaveLength(25)
      expect((yield* ask("tok5999"))[0]?.token.symbol).toBe("TOK5999")
      expect(yield* ask("tok5990")).toEqual([])
    })
  )
})

describe("One person's look-ups", () => {
  it.effect("are four at a time at most, whatever is typed, and leave those of others alone (A12)", () =>
    Effect.gen(function* () {
      const asked = yield* Ref.make(0)
      const choices = yield* walkedThrough((_, id) =>
        Ref.update(asked, n => n + 1).pipe(
          Effect.zipRight(Effect.sleep("5 seconds")),
          Effect.as(listOf(id, 1))
        )
      )
      const typed = yield* Effect.fork(
        Effect.forEach(
          Array.from({ length: 30 }, (_, id) => String(id)),
          id => Effect.either(choices.vaults(ada, id, "")),
          {
            concurrency: "unbounded"
          }
        )
      )
      yield* TestClock.adjust("1 second")
      expect(yield* Ref.get(asked)).toBe(4)
      const other = yield* Effect.fork(choices.vaults(grace, "7", ""))
      yield* TestClock.adjust("1 millis")
      expect(yield* Ref.get(asked)).toBe(5)
      yield* TestClock.adjust("5 seconds")
      expect(yield* Fiber.join(other)).toHaveLength(1)
      const ended = yield* Fiber.join(typed)
      expect(ended.filter(Either.isRight)).toHaveLength(4)
      expect(new Set(ended.filter(Either.isLeft).map(({ left }) => left._tag))).toEqual(
        new Set(["TooManyLookUps"])
      )
      const again = yield* Effect.fork(choices.vaults(ada, "29", ""))
      yield* TestClock.adjust("5 seconds")
      expect(yield* Fiber.join(again)).toHaveLength(1)
    })
  )
})
