import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Layer, Option, Redacted, Schedule } from "effect"
import * as ClaimsSql from "../../../src/adapters/postgres/ClaimsSql.ts"
import { ProcessLease } from "../../../src/adapters/postgres/ProcessLease.ts"
import { UserId, InteractionId } from "../../../src/domain/Ids.ts"
import { Claims } from "../../../src/ports/Claims.ts"
import * as TestDatabase from "../../support/postgres.ts"

const user = UserId.make("123456789012345678")
const received = (id: string, locale = Option.some("de")) => ({
  id: InteractionId.make(id),
  userId: user,
  token: Redacted.make(`token of ${id} 'quoted'; --`),
  locale,
  awaitsAnswer: true
})

/** What the lease of that id looks like when it was renewed so long ago. */
const seenAgo = (id: number, ago: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    sql => sql`insert into processes (id, seen_at) values (${id}, clock_timestamp() - ${ago}::interval)
      on conflict (id) do update set seen_at = excluded.seen_at`
  )

const receivedAgo = (id: string, ago: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    sql => sql`update interactions set received_at = now() - ${ago}::interval where id = ${id}`
  )

const lease = Layer.mock(ProcessLease, { id: Effect.succeed(1) })

layer(ClaimsSql.layer.pipe(Layer.provide(lease), Layer.provideMerge(TestDatabase.layer)))(
  "interactions",
  it => {
    it.effect(
      "that still await an answer are taken over from a process that is gone, once, and from no other",
      () =>
        Effect.gen(function* () {
          const claims = yield* Claims
          const sql = yield* SqlClient.SqlClient
          yield* Effect.forEach(["900", "901", "902"], id => claims.claim(received(id)))
          yield* sql`update interactions set holder = 2 where id in ('900', '901')`
          yield* sql`update interactions set holder = 3 where id = '902'`
          yield* sql`update interactions set awaits_answer = false where id = '901'`
          yield* seenAgo(2, "0 seconds")
          yield* seenAgo(3, "0 seconds")
          expect(yield* claims.adopt).toEqual([])
          yield* seenAgo(2, "1 minute")
          const taken = Effect.map(claims.adopt, all => all.map(({ id }) => id))
          expect(yield* taken).toEqual(["900"])
          // It is owed until it is given, also where the answer of the look before was lost.
          yield* claims.answered(InteractionId.make("900"))
          expect(yield* taken).toEqual(["900"])
          yield* claims.answeredForAnother(InteractionId.make("900"))
          expect(yield* taken).toEqual([])
        })
    )

    it.effect("are answered by whoever holds them, not by whoever did", () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        const sql = yield* SqlClient.SqlClient
        const awaits = sql`select awaits_answer from interactions where id = '950'`
        yield* claims.claim(received("950"))
        yield* sql`update interactions set holder = 2 where id = '950'`
        yield* claims.answered(InteractionId.make("950"))
        expect(yield* awaits).toEqual([{ awaits_answer: true }])
        yield* sql`update interactions set holder = 1 where id = '950'`
        yield* seenAgo(1, "1 minute")
        yield* claims.answered(InteractionId.make("950"))
        expect(yield* awaits).toEqual([{ awaits_answer: true }])
        yield* seenAgo(1, "0 seconds")
        yield* claims.answered(InteractionId.make("950"))
        expect(yield* awaits).toEqual([{ awaits_answer: false }])
      })
    )

    it.effect("that still await an answer are taken over without their token once that has died (C2)", () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        const sql = yield* SqlClient.SqlClient
        const ages = { "910": "14 minutes", "911": "16 minutes", "912": "23 hours", "913": "25 hours" }
        for (const [id, ago] of Object.entries(ages)) {
          yield* claims.claim(received(id))
          yield* receivedAgo(id, ago)
        }
        yield* sql`update interactions set holder = 4 where id like '91_'`
        yield* sql`update interactions set token = null where id = '912'`
        yield* seenAgo(4, "1 minute")
        const taken = (yield* claims.adopt).map(({ id, token, userId }) => [
          id,
          userId,
          Option.map(token, Redacted.value)
        ])
        expect(taken.toSorted()).toEqual([
          ["910", user, Option.some(received("910").token.pipe(Redacted.value))],
          ["911", user, Option.none()],
          ["912", user, Option.none()]
        ])
      })
    )

    it.effect("are claimed by exactly one of a hundred at once", () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        const claimed = yield* Effect.forEach(
          Array.from({ length: 100 }),
          () => claims.claim(received("100")),
          { concurrency: "unbounded" }
        )
        expect(claimed.filter(isMine => isMine)).toHaveLength(1)
        expect(yield* claims.claim(received("101"))).toBe(true)
      })
    )

    it.effect("keep their token and age while it lives", () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        yield* claims.claim(received("200"))
        yield* receivedAgo("200", "14 minutes 50 seconds")
        const { age, token } = Option.getOrThrow(yield* claims.liveToken(InteractionId.make("200")))
        expect(Redacted.value(token)).toBe("token of 200 'quoted'; --")
        expect(Duration.toMinutes(age)).toBeGreaterThan(14.8)
        expect(Duration.toMinutes(age)).toBeLessThan(15)
      })
    )

    it.effect("have no token 15 minutes later, pruned or not, nor when they are unknown", () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        yield* claims.claim(received("300"))
        yield* receivedAgo("300", "15 minutes 1 second")
        expect(yield* claims.liveToken(InteractionId.make("300"))).toEqual(Option.none())
        expect(yield* claims.liveToken(InteractionId.make("301"))).toEqual(Option.none())
      })
    )

    it.effect("are pruned although another process locks the same rows in another order", () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        const sql = yield* SqlClient.SqlClient
        yield* sql`insert into interactions (id, user_id, token, received_at, awaits_answer, holder)
          select n::text, ${user}, 'dead', now() - interval '16 minutes', false, 1 from generate_series(7000, 7099) n`
        const locked = yield* Deferred.make<void>()
        const waits = sql`select 1 from pg_stat_activity
          where wait_event_type = 'Lock' and query like 'update interactions set token = null%'`
        const rival = sql.withTransaction(
          Effect.gen(function* () {
            // The other one is to lose.
            yield* sql`set local deadlock_timeout = '30s'`
            yield* sql`update interactions set locale = 'de' where id = '7050'`
            yield* Deferred.succeed(locked, undefined)
            // What was seen of others is remembered to the end of a transaction.
            yield* Effect.repeat(Effect.zipRight(sql`select pg_stat_clear_snapshot()`, waits), {
              until: rows => rows.length > 0,
              schedule: Schedule.spaced("10 millis")
            })
            yield* sql`update interactions set locale = 'de' where id like '70__'`
          })
        )
        const pruning = Effect.zipRight(Deferred.await(locked), claims.prune)
        yield* Effect.all([rival, pruning], { concurrency: 2, discard: true })
        expect(yield* sql`select 1 from interactions where id like '70__' and token is not null`).toEqual([])
      }).pipe(Effect.withClock(Clock.make()))
    )

    it.effect("lose dead tokens by pruning, and are forgotten after a day", () =>
      Effect.gen(function* () {
        const claims = yield* Claims
        const sql = yield* SqlClient.SqlClient
        const ages = { "400": "1 minute", "401": "16 minutes", "402": "23 hours", "403": "25 hours" }
        for (const [id, ago] of Object.entries(ages)) {
          yield* claims.claim(received(id))
          yield* receivedAgo(id, ago)
          yield* sql`insert into live_answers values (${id}, '1', 'A', 'kudos')`
        }
        yield* claims.prune
        expect(
          yield* sql`select id, token is null as bare from interactions where id like '40_' order by id`
        ).toEqual([
          { id: "400", bare: false },
          { id: "401", bare: true },
          { id: "402", bare: true }
        ])
        expect(yield* sql`select interaction_id from live_answers`).toEqual([{ interaction_id: "400" }])
        expect(yield* claims.claim(received("402"))).toBe(false)
        expect(yield* claims.claim(received("403"))).toBe(true)
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
        expect(yield* claims.claim(strange)).toBe(true)
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
  }
)
