import { describe, expect, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Layer, Option, Ref, TestClock } from "effect"
import { Deadline } from "../../src/ports/Deadline.ts"
import type { MochiError } from "../../src/ports/MochiError.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { Choices } from "../../src/services/Choices.ts"
import { ada, grace, key, mochiError, profileOf } from "./mochiWorld.ts"

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
      Layer.mock(MochiProfiles, { byDiscordId: user => Effect.succeed(profileOf(user)) })
    )
    const choices = yield* Effect.provide(Choices, Layer.provide(Choices.Default, mochi))
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

  it.effect("wait for a Mochi that hangs no longer than a few seconds, whoever asks", () =>
    Effect.gen(function* () {
      const allowed = yield* Ref.make(Option.none<number>())
      const { choices } = yield* choicesOver(() =>
        Effect.gen(function* () {
          yield* Ref.set(allowed, Option.some((yield* Deadline) - (yield* Clock.currentTimeMillis)))
          return applications
        })
      )
      yield* choices.applications(ada, "")
      expect(yield* Ref.get(allowed)).toEqual(Option.some(5000))
    })
  )
})
