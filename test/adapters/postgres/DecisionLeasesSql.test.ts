import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as DecisionLeasesSql from "../../../src/adapters/postgres/DecisionLeasesSql.ts"
import { ApplicationId, RequestCode } from "../../../src/domain/Ids.ts"
import { DecisionLeases } from "../../../src/ports/DecisionLeases.ts"
import * as TestDatabase from "../../support/postgres.ts"

const request = (code: string) => ({ applicationId: ApplicationId.make("1"), code: RequestCode.make(code) })

layer(DecisionLeasesSql.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("a decision's lease", it => {
  it.effect("is one of twenty that ask at once, and free again once it is given back", () =>
    Effect.gen(function* () {
      const leases = yield* DecisionLeases
      const asked = yield* Effect.forEach(Array.from({ length: 20 }), () => leases.acquire(request("A")), {
        concurrency: "unbounded"
      })
      const [token, ...others] = asked.flatMap(Option.toArray)
      expect(others).toEqual([])
      yield* leases.release(token!)
      expect(Option.isSome(yield* leases.acquire(request("A")))).toBe(true)
    })
  )

  it.effect("that lapsed is not ended by whoever had it (A19)", () =>
    Effect.gen(function* () {
      const leases = yield* DecisionLeases
      const sql = yield* SqlClient.SqlClient
      const first = Option.getOrThrow(yield* leases.acquire(request("B")))
      expect(yield* leases.acquire(request("B"))).toEqual(Option.none())
      yield* sql`update decision_leases set acquired_at = now() - interval '26 seconds' where code = 'B'`
      const second = Option.getOrThrow(yield* leases.acquire(request("B")))
      yield* leases.release(first)
      expect(yield* leases.acquire(request("B"))).toEqual(Option.none())
      yield* leases.release(second)
      expect(Option.isSome(yield* leases.acquire(request("B")))).toBe(true)
    })
  )
})
