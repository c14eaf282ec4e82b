import { SqlClient } from "@effect/sql"
import { layer as suiteOn } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Context, DateTime, Duration, Effect, Layer, TestClock } from "effect"
import type { Scope } from "effect"
import * as ClaimsInMemory from "../../src/adapters/memory/ClaimsInMemory.ts"
import * as KudosIntentsInMemory from "../../src/adapters/memory/KudosIntentsInMemory.ts"
import * as memoryStores from "../../src/adapters/memory/memoryStores.ts"
import * as Process from "../../src/adapters/memory/Process.ts"
import { Tables } from "../../src/adapters/memory/Tables.ts"
import * as AtomicSql from "../../src/adapters/postgres/AtomicSql.ts"
import * as AuditLogSql from "../../src/adapters/postgres/AuditLogSql.ts"
import * as ClaimsSql from "../../src/adapters/postgres/ClaimsSql.ts"
import * as DecisionLeasesSql from "../../src/adapters/postgres/DecisionLeasesSql.ts"
import * as GatewaySessionsSql from "../../src/adapters/postgres/GatewaySessionsSql.ts"
import * as KudosIntentsSql from "../../src/adapters/postgres/KudosIntentsSql.ts"
import * as NotificationLogSql from "../../src/adapters/postgres/NotificationLogSql.ts"
import * as PeopleSql from "../../src/adapters/postgres/PeopleSql.ts"
import * as PersonalDataSql from "../../src/adapters/postgres/PersonalDataSql.ts"
import { Pseudonyms } from "../../src/adapters/postgres/Pseudonyms.ts"
import * as RateLimitsSql from "../../src/adapters/postgres/RateLimitsSql.ts"
import * as StoreHealthSql from "../../src/adapters/postgres/StoreHealthSql.ts"
import * as TransferRequestsSql from "../../src/adapters/postgres/TransferRequestsSql.ts"
import * as UsageLogSql from "../../src/adapters/postgres/UsageLogSql.ts"
import * as WebhookInboxSql from "../../src/adapters/postgres/WebhookInboxSql.ts"
import type { Claims } from "../../src/ports/Claims.ts"
import type { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { settings } from "../adapters/mochi/mochiClients.ts"
import { leaseOf, leaseRenewedOnUse } from "../support/leases.ts"
import * as TestDatabase from "../support/postgres.ts"
import * as pseudonyms from "../support/pseudonyms.ts"
import { shiftTimes } from "./shiftTimes.ts"

/** What a suite does to the store from outside, whichever it is. */
export class World extends Context.Tag("test/stores/World")<
  World,
  {
    /** By the clock of the store. */
    readonly now: Effect.Effect<DateTime.Utc>
    /** Everything that is stored becomes older by so much. */
    readonly passes: (duration: Duration.DurationInput) => Effect.Effect<void>
    /** What another process has of the ports that belong to one; it runs until the scope closes, or it `ends`. */
    readonly asProcess: (
      id: number
    ) => Effect.Effect<Context.Context<Claims | KudosIntents>, never, Scope.Scope>
    /** As a crash: what it still does counts no more. */
    readonly ends: (id: number) => Effect.Effect<void>
  }
>() {}

/** The process whose stores a suite has without asking for another. */
export const ownProcess = 1

/** A user may run three commands in 60 seconds. */
const configured = settings("http://127.0.0.1:1", { USER_RATE_LIMIT: "3/60" })

const ownLease = leaseRenewedOnUse(ownProcess)

const worldSql = Layer.effect(
  World,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const keyed = yield* Pseudonyms
    const begins = (id: number) =>
      Effect.orDie(
        sql`insert into processes (id) values (${id}) on conflict (id) do update set seen_at = clock_timestamp()`
      )
    const ends = (id: number) =>
      Effect.asVoid(Effect.orDie(sql`update processes set seen_at = '-infinity' where id = ${id}`))
    return {
      now: Effect.sync(() => DateTime.unsafeMake(Date.now())),
      passes: duration => Effect.orDie(shiftTimes(sql, Duration.toSeconds(duration))),
      asProcess: id =>
        Effect.gen(function* () {
          const lease = leaseOf(sql, id)
          const context = yield* Layer.build(
            Layer.merge(ClaimsSql.layer, KudosIntentsSql.layer).pipe(
              Layer.provide(lease),
              Layer.provide(Layer.succeed(SqlClient.SqlClient, sql)),
              Layer.provide(Layer.succeed(Pseudonyms, keyed)),
              Layer.provide(configured)
            )
          )
          yield* Effect.acquireRelease(begins(id), () => ends(id))
          return context
        }),
      ends
    }
  })
)

const worldInMemory = Layer.effect(
  World,
  Effect.gen(function* () {
    const tables = yield* Tables
    return {
      now: DateTime.now,
      passes: TestClock.adjust,
      asProcess: id =>
        Layer.build(
          Layer.merge(ClaimsInMemory.layer, KudosIntentsInMemory.layer).pipe(
            Layer.provide(Process.layerOf(id)),
            Layer.provide(Layer.succeed(Tables, tables)),
            Layer.provide(configured)
          )
        ),
      ends: id => Effect.provideService(Process.end(id), Tables, tables)
    }
  })
)

const sql = Layer.mergeAll(
  AtomicSql.layer,
  AuditLogSql.layer,
  ClaimsSql.layer,
  DecisionLeasesSql.layer,
  GatewaySessionsSql.layer,
  KudosIntentsSql.layer,
  NotificationLogSql.layer,
  PeopleSql.layer,
  PersonalDataSql.layer,
  RateLimitsSql.layer,
  StoreHealthSql.layer,
  TransferRequestsSql.layer,
  UsageLogSql.layer,
  WebhookInboxSql.layer,
  worldSql
).pipe(
  Layer.provide(ownLease),
  Layer.provide(Layer.merge(pseudonyms.layer, configured)),
  Layer.provide(TestDatabase.layer)
)

const memory = worldInMemory.pipe(Layer.provideMerge(memoryStores.layer), Layer.provide(configured))

/** What a suite has of both, but outbox and leadership, which have suites with real time. */
type Stores = Layer.Layer.Success<typeof sql>

/** The suite, once on a database of its own and once in memory. */
export const onEachStore = (name: string, suite: (it: Vitest.MethodsNonLive<Stores>) => void): void => {
  suiteOn(sql)(`${name}, in PostgreSQL`, suite)
  suiteOn(memory)(`${name}, in memory`, suite)
}
