import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import {
  Cause,
  DateTime,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Option,
  Redacted,
  TestClock
} from "effect"
import * as ClaimsSql from "../../../src/adapters/postgres/ClaimsSql.ts"
import { ProcessLease } from "../../../src/adapters/postgres/ProcessLease.ts"
import * as TransferRequestsSql from "../../../src/adapters/postgres/TransferRequestsSql.ts"
import {
  ApplicationId,
  ChannelId,
  BotId,
  UserId,
  InteractionId,
  MessageId,
  RequestCode
} from "../../../src/domain/Ids.ts"
import type { Audience } from "../../../src/domain/Notification.ts"
import { erasedParty } from "../../../src/domain/TransferRequest.ts"
import { Claims } from "../../../src/ports/Claims.ts"
import { TransferRequests } from "../../../src/ports/TransferRequests.ts"
import type { Shown } from "../../../src/ports/TransferRequests.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import * as TestDatabase from "../../support/postgres.ts"
import { anyRequest, aRequest, person, someFacts } from "./storedRequests.ts"

const stores = Layer.merge(TransferRequestsSql.layer, ClaimsSql.layer).pipe(
  Layer.provideMerge(Layer.mock(ProcessLease, { id: Effect.succeed(1) })),
  Layer.provide(pseudonyms.layer),
  Layer.provideMerge(TestDatabase.layer)
)

layer(stores)("transfer requests", it => {
  const transaction = <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.flatMap(SqlClient.SqlClient, sql => sql.withTransaction(work))

  it.effect.prop(
    "come back as they were saved, field by field",
    { request: anyRequest, later: anyRequest },
    ({ later, request }) =>
      Effect.gen(function* () {
        const requests = yield* TransferRequests
        yield* requests.save(request)
        expect(yield* requests.find(request.key)).toEqual(Option.some(request))
        const changed = { ...later, key: request.key }
        yield* requests.save(changed)
        expect(yield* transaction(requests.lock(request.key))).toEqual(Option.some(changed))
      }),
    { fastCheck: { numRuns: 60 } }
  )

  it.effect("are unknown under a neighbouring key", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      yield* requests.save(aRequest("neighbour"))
      const other = { applicationId: ApplicationId.make("12"), code: RequestCode.make("neighbour") }
      expect(yield* requests.find(other)).toEqual(Option.none())
      expect(yield* transaction(requests.lock(other))).toEqual(Option.none())
    })
  )

  it.effect("keep text of any length, and NUL characters as replacement marks", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const request = aRequest("nul\u0000code")
      const long = "ж".repeat(100_000)
      yield* requests.save({
        ...request,
        facts: Option.some({ ...someFacts, reason: Option.some(long), vaultName: "a\u0000b" })
      })
      const found = Option.getOrThrow(yield* requests.find(request.key))
      expect(found.key.code).toBe("nul\uFFFDcode")
      expect(Option.getOrThrow(found.facts)).toEqual({
        ...someFacts,
        reason: Option.some(long),
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

  it.effect("lose no update to twenty that change them at once", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const request = aRequest("counted")
      const count = transaction(
        Effect.gen(function* () {
          const known = Option.getOrElse(yield* requests.lock(request.key), () => request)
          const before = Number(Option.getOrElse(known.origin, () => "0"))
          yield* requests.save({ ...known, origin: Option.some(`${before + 1}`) })
        })
      )
      yield* Effect.all(
        Array.from({ length: 20 }, () => count),
        { concurrency: "unbounded", discard: true }
      )
      const found = Option.getOrThrow(yield* requests.find(request.key))
      expect(found.origin).toEqual(Option.some("20"))
    })
  )

  it.effect("cannot be locked outside a transaction", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit((yield* TransferRequests).lock(aRequest("loose").key))
      expect(Exit.isFailure(exit) && Cause.isDie(exit.cause)).toBe(true)
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

  it.effect("show each audience its own message, the newest", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const { key } = aRequest("shown")
      const begun: Shown = {
        channelId: ChannelId.make("1"),
        messageId: Option.none(),
        place: "dm",
        status: "pending",
        application: Option.some(BotId.make("1100000000000000001"))
      }
      const sent: Shown = {
        channelId: ChannelId.make("2"),
        messageId: Option.some(MessageId.make("18446744073709551615")),
        place: "channel",
        status: "settled",
        application: Option.none()
      }
      const shownTo = (audience: Audience) =>
        Effect.map(
          requests.shown(key, audience),
          Option.map(({ age: _, ...shown }) => shown)
        )
      expect(yield* shownTo("owner")).toEqual(Option.none())
      yield* requests.begin(key, "owner", begun)
      yield* requests.show(key, "recipient", begun)
      expect(yield* shownTo("owner")).toEqual(Option.some(begun))
      yield* requests.show(key, "owner", sent)
      expect(yield* shownTo("owner")).toEqual(Option.some(sent))
      expect(yield* shownTo("recipient")).toEqual(Option.some(begun))
      expect(yield* shownTo("requester")).toEqual(Option.none())
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
        application: Option.none()
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

  it.effect("have live answers while the token of their interaction lives", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const claims = yield* Claims
      const sql = yield* SqlClient.SqlClient
      const { key } = aRequest("answered")
      const answer = (id: string) => ({ interactionId: InteractionId.make(id), view: "kudos" as const })
      for (const id of ["900", "901", "902"]) {
        yield* claims.claim({
          id: InteractionId.make(id),
          userId: UserId.make("123456789012345678"),
          token: Redacted.make("token"),
          locale: Option.none(),
          awaitsAnswer: false
        })
      }
      yield* requests.addAnswer(key, answer("900"))
      yield* requests.addAnswer(key, answer("901"))
      yield* requests.addAnswer(aRequest("another").key, answer("902"))
      yield* requests.addAnswer(key, answer("903"))
      yield* requests.addAnswer(key, { ...answer("901"), view: "owner" })
      expect(yield* requests.answeredBy(InteractionId.make("900"))).toEqual(Option.none())
      yield* requests.save(aRequest("answered"))
      expect(yield* requests.answeredBy(InteractionId.make("900"))).toEqual(Option.some(aRequest("answered")))
      expect(yield* requests.answeredBy(InteractionId.make("904"))).toEqual(Option.none())
      expect(yield* requests.liveAnswers(key)).toEqual([answer("900"), { ...answer("901"), view: "owner" }])
      yield* sql`update interactions set received_at = now() - interval '15 minutes 1 second' where id = '900'`
      expect(yield* requests.liveAnswers(key)).toEqual([{ ...answer("901"), view: "owner" }])
      yield* sql`update interactions set token = null where id = '901'`
      expect(yield* requests.liveAnswers(key)).toEqual([])
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
