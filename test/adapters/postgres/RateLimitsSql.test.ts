import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as Pseudonyms from "../../../src/adapters/postgres/Pseudonyms.ts"
import * as RateLimitsSql from "../../../src/adapters/postgres/RateLimitsSql.ts"
import { UserId } from "../../../src/domain/Ids.ts"
import { RateLimits } from "../../../src/ports/RateLimits.ts"
import * as TestDatabase from "../../support/postgres.ts"
import { settings } from "../mochi/mochiClients.ts"

const limits = (rate: string) => {
  const configured = settings("http://127.0.0.1:1", { USER_RATE_LIMIT: rate })
  return RateLimitsSql.layer.pipe(Layer.provide(Pseudonyms.layer), Layer.provide(configured))
}

const ada = UserId.make("184027593016284160")

layer(limits("3/60").pipe(Layer.provideMerge(TestDatabase.layer)))("limits", it => {
  /** Everything in the table seems to have happened so long before. */
  const pass = (seconds: number) =>
    Effect.flatMap(
      SqlClient.SqlClient,
      sql => sql`update rate_limits set
        runs = (select array_agg(run - ${seconds} * interval '1 second') from unnest(runs) run),
        updated_at = updated_at - ${seconds} * interval '1 second'`
    )
  const empty = Effect.flatMap(SqlClient.SqlClient, sql => sql`delete from rate_limits`)

  it.effect("keep no id, and forget who has no run left that counts", () =>
    Effect.gen(function* () {
      yield* empty
      const { prune, take } = yield* RateLimits
      const sql = yield* SqlClient.SqlClient
      yield* take(ada, "kudos")
      yield* prune
      const [kept] = yield* sql`select rate_limits::text as row from rate_limits`
      expect(String(kept?.["row"])).toContain("kudos")
      expect(String(kept?.["row"])).not.toContain(ada)
      yield* pass(61)
      yield* prune
      expect(yield* sql`select from rate_limits`).toEqual([])
    })
  )
})

layer(TestDatabase.layer)("a limit that was lowered", it => {
  it.effect("waits until enough of the old runs no longer count", () =>
    Effect.gen(function* () {
      const { take } = yield* Effect.provide(RateLimits, limits("5/60"))
      yield* Effect.replicateEffect(take(ada, "kudos"), 5)
      const lowered = yield* Effect.provide(RateLimits, limits("2/60"))
      expect(Option.isSome(yield* lowered.take(ada, "kudos"))).toBe(true)
    })
  )
})
