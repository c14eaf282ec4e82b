import { expect } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { UserId } from "../../src/domain/Ids.ts"
import { RateLimits } from "../../src/ports/RateLimits.ts"
import type { LimitedKind } from "../../src/ports/RateLimits.ts"
import { onEachStore, World } from "./eachStore.ts"

let people = 0
/** Nobody who has run anything yet. */
const somebody = () => {
  people += 1
  return UserId.make(`1840275930162841${String(people).padStart(2, "0")}`)
}

const allowed = (runs: ReadonlyArray<Option.Option<unknown>>) => runs.filter(Option.isNone).length

// The suite's settings are three commands in 60 seconds.
onEachStore("limits", it => {
  it.effect("let so many runs through, then name the moment when the first one no longer counts", () =>
    Effect.gen(function* () {
      const [{ take }, world] = [yield* RateLimits, yield* World]
      const ada = somebody()
      expect(Option.isNone(yield* take(ada, "kudos"))).toBe(true)
      yield* world.passes("20 seconds")
      expect(Option.isNone(yield* take(ada, "kudos"))).toBe(true)
      expect(Option.isNone(yield* take(ada, "kudos"))).toBe(true)
      const refused = yield* take(ada, "kudos")
      const inMillis = DateTime.distance(yield* world.now, Option.getOrThrow(refused))
      expect(inMillis).toBeGreaterThan(35_000)
      expect(inMillis).toBeLessThanOrEqual(40_000)
      yield* world.passes("41 seconds")
      expect(Option.isNone(yield* take(ada, "kudos"))).toBe(true)
      expect(Option.isSome(yield* take(ada, "kudos"))).toBe(true)
    })
  )

  it.effect("do not count refused runs: who keeps trying does not wait longer", () =>
    Effect.gen(function* () {
      const [{ take }, world] = [yield* RateLimits, yield* World]
      const ada = somebody()
      yield* Effect.replicateEffect(take(ada, "kudos"), 3)
      yield* world.passes("50 seconds")
      expect(allowed(yield* Effect.replicateEffect(take(ada, "kudos"), 5))).toBe(0)
      yield* world.passes("11 seconds")
      expect(Option.isNone(yield* take(ada, "kudos"))).toBe(true)
    })
  )

  it.effect("are each person's own, and buttons get twice as many, besides", () =>
    Effect.gen(function* () {
      const { take } = yield* RateLimits
      const [ada, grace] = [somebody(), somebody()]
      expect(allowed(yield* Effect.replicateEffect(take(ada, "kudos"), 9))).toBe(3)
      expect(allowed(yield* Effect.replicateEffect(take(ada, "button"), 9))).toBe(6)
      expect(allowed(yield* Effect.replicateEffect(take(grace, "kudos"), 9))).toBe(3)
    })
  )

  it.effect.each<LimitedKind>(["export", "erasure"])(
    "let one person's data be asked for thrice a day: %s",
    kind =>
      Effect.gen(function* () {
        const [{ take }, world] = [yield* RateLimits, yield* World]
        const ada = somebody()
        expect(allowed(yield* Effect.replicateEffect(take(ada, kind), 4))).toBe(3)
        yield* world.passes("23 hours")
        expect(Option.isSome(yield* take(ada, kind))).toBe(true)
        yield* world.passes("61 minutes")
        expect(allowed(yield* Effect.replicateEffect(take(ada, kind), 4))).toBe(3)
      })
  )

  it.effect("hold when many runs come at once", () =>
    Effect.gen(function* () {
      const { take } = yield* RateLimits
      const ada = somebody()
      const runs = yield* Effect.all(
        Array.from({ length: 40 }, () => take(ada, "kudos")),
        { concurrency: "unbounded" }
      )
      expect(allowed(runs)).toBe(3)
    })
  )

  it.effect("hold over a pruning", () =>
    Effect.gen(function* () {
      const { prune, take } = yield* RateLimits
      const ada = somebody()
      yield* Effect.replicateEffect(take(ada, "kudos"), 3)
      yield* prune
      expect(Option.isSome(yield* take(ada, "kudos"))).toBe(true)
    })
  )
})
