import { expect } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ApplicationId, RequestCode } from "../../src/domain/Ids.ts"
import { DecisionLeases } from "../../src/ports/DecisionLeases.ts"
import { onEachStore, World } from "./eachStore.ts"

const request = (code: string) => ({ applicationId: ApplicationId.make("1"), code: RequestCode.make(code) })

onEachStore("a decision's lease", it => {
  it.effect("is one of twenty that ask at once, and free again once it is given back", () =>
    Effect.gen(function* () {
      const leases = yield* DecisionLeases
      const asked = yield* Effect.forEach(Array.from({ length: 20 }), () => leases.acquire(request("A")), {
        concurrency: "unbounded"
      })
      const [token, ...others] = asked.flatMap(Option.toArray)
      expect(others).toEqual([])
      expect(Option.isSome(yield* leases.acquire(request("another")))).toBe(true)
      yield* leases.release(token!)
      expect(Option.isSome(yield* leases.acquire(request("A")))).toBe(true)
    })
  )

  it.effect("that lapsed is not ended by its former holder (A19)", () =>
    Effect.gen(function* () {
      const [leases, world] = [yield* DecisionLeases, yield* World]
      const first = Option.getOrThrow(yield* leases.acquire(request("B")))
      yield* world.passes("20 seconds")
      expect(yield* leases.acquire(request("B"))).toEqual(Option.none())
      yield* world.passes("6 seconds")
      const second = Option.getOrThrow(yield* leases.acquire(request("B")))
      yield* leases.release(first)
      expect(yield* leases.acquire(request("B"))).toEqual(Option.none())
      yield* leases.release(second)
      expect(Option.isSome(yield* leases.acquire(request("B")))).toBe(true)
    })
  )
})
