import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import * as ClaimsSql from "../../../src/adapters/postgres/ClaimsSql.ts"
import { ProcessLease } from "../../../src/adapters/postgres/ProcessLease.ts"
import { UserId, InteractionId } from "../../../src/domain/Ids.ts"
import { Claim } from "../../../src/domain/Claim.ts"
import { Claims } from "../../../src/ports/Claims.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import { settings } from "../mochi/mochiClients.ts"
import * as TestDatabase from "../../support/postgres.ts"

const user = UserId.make("123456789012345678")
const received = (id: string, locale = Option.some("de")) => ({
  id: InteractionId.make(id),
  userId: user,
  token: Redacted.make(`token of ${id} 'quoted'; --`),
  locale,
  awaitsAnswer: true,
  limit: "button" as const
})

const receivedAgo = (id: string, ago: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    sql => sql`update interactions set received_at = now() - ${ago}::interval where id = ${id}`
  )

const lease = Layer.mock(ProcessLease, { id: Effect.succeed(1) })

layer(
  ClaimsSql.layer.pipe(
    Layer.provide([lease, pseudonyms.layer, settings("http://127.0.0.1:1")]),
    Layer.provideMerge(TestDatabase.layer)
  )
)("interactions", it => {
  it.effect(
    "are pruned beside a process that has locked some, without waiting for it, and whole afterwards",
    () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        const sql = yield* SqlClient.SqlClient
        yield* sql`insert into interactions (id, user_id, token, received_at, awaits_answer, holder)
          select n::text, ${user}, 'dead', now() - interval '16 minutes', false, 1 from generate_series(7000, 9099) n`
        const withToken = sql`select id from interactions where token = 'dead'`
        yield* Effect.scoped(
          Effect.gen(function* () {
            const rival = yield* sql.reserve
            yield* rival.executeRaw("begin", [])
            yield* rival.executeRaw("update interactions set locale = 'de' where id = '7050'", [])
            yield* claims.prune
            expect(yield* withToken).toEqual([{ id: "7050" }])
            yield* rival.executeRaw("commit", [])
          })
        )
        yield* claims.prune
        expect(yield* withToken).toEqual([])
      })
  )

  it.effect("lose dead tokens by pruning, and are gone after a day", () =>
    Effect.gen(function* () {
      const claims = yield* Claims
      const sql = yield* SqlClient.SqlClient
      const ages = { "400": "1 minute", "401": "16 minutes", "402": "23 hours", "403": "25 hours" }
      for (const [id, ago] of Object.entries(ages)) {
        yield* claims.claim(received(id))
        yield* receivedAgo(id, ago)
      }
      yield* claims.prune
      expect(
        yield* sql`select id, token is null as bare from interactions where id like '40_' order by id`
      ).toEqual([
        { id: "400", bare: false },
        { id: "401", bare: true },
        { id: "402", bare: true }
      ])
    })
  )

  it.effect("leave the person's newest language, which one without a language does not erase", () =>
    Effect.gen(function* () {
      const claims = yield* Claims
      const sql = yield* SqlClient.SqlClient
      yield* sql`delete from people`
      yield* claims.claim(received("500", Option.none()))
      expect(yield* sql`select locale from people`).toEqual([])
      yield* claims.claim(received("501", Option.some("fr")))
      yield* sql`update people set notifications = false`
      yield* claims.claim(received("502", Option.some("ja")))
      yield* claims.claim(received("503", Option.none()))
      yield* claims.claim(received("501", Option.some("fr")))
      expect(yield* sql`select discord_user_id, locale, notifications from people`).toEqual([
        { discord_user_id: user, locale: "ja", notifications: false }
      ])
    })
  )

  it.effect("survive NUL characters from outside", () =>
    Effect.gen(function* () {
      const claims = yield* Claims
      const strange = { ...received("600", Option.some("\u0000")), token: Redacted.make("a\u0000b") }
      expect(yield* claims.claim(strange)).toEqual(Claim.Ours())
    })
  )

  it.effect("say which operation the store refused", () =>
    Effect.gen(function* () {
      const claims = yield* Claims
      const sql = yield* SqlClient.SqlClient
      const refused = yield* sql`alter table interactions rename to gone`.pipe(
        Effect.zipRight(Effect.flip(claims.claim(received("700")))),
        Effect.ensuring(Effect.orDie(sql`alter table gone rename to interactions`))
      )
      expect(refused).toMatchObject({ _tag: "StoreUnavailable", operation: "Claims.claim" })
    })
  )
})
