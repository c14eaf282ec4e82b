import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { StoreHealth } from "../../src/ports/StoreHealth.ts"
import { onEachStore } from "./eachStore.ts"

onEachStore("a healthy store", it => {
  it.effect("takes writes and is reachable", () =>
    Effect.gen(function* () {
      const health = yield* StoreHealth
      expect(yield* health.takesWrites).toBe(true)
      expect(yield* health.isReachable).toBe(true)
    })
  )
})
