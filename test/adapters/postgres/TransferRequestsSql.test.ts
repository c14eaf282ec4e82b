import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Fiber, Layer, Option, TestClock } from "effect"
import * as TransferRequestsSql from "../../../src/adapters/postgres/TransferRequestsSql.ts"
import { ApplicationId, ChannelId, MessageId, RequestCode } from "../../../src/domain/Ids.ts"
import { erasedParty } from "../../../src/domain/TransferRequest.ts"
import { TransferRequests } from "../../../src/ports/TransferRequests.ts"
import type { Shown } from "../../../src/ports/TransferRequests.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import * as TestDatabase from "../../support/postgres.ts"
import { aRequest, person, someFacts } from "./storedRequests.ts"

const stores = TransferRequestsSql.layer.pipe(
  Layer.provide(pseudonyms.layer),
  Layer.provideMerge(TestDatabase.layer)
)

layer(stores)("transfer requests", it => {
  const transaction = <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(SqlClient.SqlClient, sql => sql.withTransaction(work))

  it.effect("take NUL characters as replacement marks", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const request = aRequest("nul\u0000code")
      yield* requests.save({
        ...request,
        facts: Option.some({ ...someFacts, vaultName: "a\u0000b" })
      })
      const found = Option.getOrThrow(yield* requests.find(request.key))
      expect(found.key.code).toBe("nul\uFFFDcode")
      expect(Option.getOrThrow(found.facts)).toEqual({
        ...someFacts,
        vaultName: "a\uFFFDb"
      })
    })
  )

  it.effect("are changed by one at a time, even before they are stored", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const request = aRequest("raced")
      const locked = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const first = yield* Effect.fork(
        transaction(
          Effect.gen(function* () {
            expect(yield* requests.lock(request.key)).toEqual(Option.none())
            yield* Deferred.succeed(locked, undefined)
            yield* Deferred.await(release)
            yield* requests.save({ ...request, status: "approved" })
          })
        )
      )
      yield* Deferred.await(locked)
      const second = yield* Effect.fork(transaction(requests.lock(request.key)))
      // Another request is free meanwhile, and the second lock is seen to wait.
      yield* transaction(requests.lock({ ...request.key, code: RequestCode.make("free") }))
      yield* waitingLocks.pipe(Effect.repeat({ until: waiting => waiting === 1 }))
      expect(yield* Fiber.poll(second)).toEqual(Option.none())
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(first)
      expect(Option.map(yield* Fiber.join(second), ({ status }) => status)).toEqual(Option.some("approved"))
    })
  )

  it.effect("read without erased people, who stay erased when Mochi repeats their ids", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const sql = yield* SqlClient.SqlClient
      const settlement = Option.some({ by: person("1"), at: DateTime.unsafeMake(0) })
      const request = { ...aRequest("erased"), settlement }
      yield* requests.save(request)
      yield* sql`update transfer_requests set requester_profile_id = 'erased:1', requester_discord_id = 'erased:2',
        settled_by_profile_id = 'erased:1', settled_by_discord_id = 'erased:2' where code = 'erased'`
      const erased = {
        ...request,
        facts: Option.some({ ...someFacts, requester: erasedParty }),
        settlement: Option.some({ by: erasedParty, at: DateTime.unsafeMake(0) })
      }
      expect(yield* requests.find(request.key)).toEqual(Option.some(erased))
      yield* requests.save({ ...request, status: "failed" })
      // The reason was the requester's.
      const facts = Option.some({ ...someFacts, requester: erasedParty, reason: Option.none() })
      expect(yield* requests.find(request.key)).toEqual(Option.some({ ...erased, facts, status: "failed" }))
      expect(
        yield* sql`select requester_discord_id, settled_by_profile_id from transfer_requests where code = 'erased'`
      ).toEqual([{ requester_discord_id: "erased:2", settled_by_profile_id: "erased:1" }])
    })
  )

  it.effect("fail as a store where a row does not decode", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into transfer_requests (application_id, code, status, interaction_id)
        values ('1', 'odd', 'pending', 'no snowflake')`
      const key = { applicationId: ApplicationId.make("1"), code: RequestCode.make("odd") }
      expect(yield* Effect.flip((yield* TransferRequests).find(key))).toMatchObject({
        _tag: "StoreUnavailable",
        operation: "TransferRequests.find"
      })
    })
  )

  it.effect("take a message that an earlier release stored for one that is up to date", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { key } = aRequest("earlier")
      yield* sql`insert into shown_messages (application_id, code, audience, channel_id, place, status)
        values (${key.applicationId}, ${key.code}, 'owner', '1', 'dm', 'approved')`
      const shown = yield* (yield* TransferRequests).shown(key, "owner")
      expect(shown).toMatchObject({ value: { status: "approved", isOutdated: false, bot: Option.none() } })
    })
  )

  it.effect("know the age of a message by the database's clock, whatever this process's says (A20)", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const sql = yield* SqlClient.SqlClient
      const { key } = aRequest("aged")
      const shown: Shown = {
        channelId: ChannelId.make("1"),
        messageId: Option.none(),
        place: "dm",
        status: "pending",
        isOutdated: false,
        bot: Option.none()
      }
      const seconds = Effect.map(requests.shown(key, "owner"), found =>
        Duration.toSeconds(Option.getOrThrow(found).age)
      )
      // The test's clock stands in 1970, ten minutes on, and never moves by itself.
      yield* TestClock.adjust("10 minutes")
      yield* requests.begin(key, "owner", shown)
      expect(yield* seconds).toBeLessThan(30)
      yield* sql`update shown_messages set begun_at = begun_at - interval '2 minutes' where code = 'aged'`
      yield* requests.show(key, "owner", { ...shown, messageId: Option.some(MessageId.make("5")) })
      expect(yield* seconds).toBeGreaterThanOrEqual(120)
      yield* requests.begin(key, "owner", shown)
      expect(yield* seconds).toBeLessThan(30)
      // A clock that was set back makes nothing young.
      yield* sql`update shown_messages set begun_at = now() + interval '1 hour' where code = 'aged'`
      expect(yield* seconds).toBeGreaterThan(3500)
    })
  )
})

const waitingLocks = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ waiting: number }>`select count(*)::int as waiting from pg_locks
    where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`
  return rows[0]?.waiting ?? 0
})
