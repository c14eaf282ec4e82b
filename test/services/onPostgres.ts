/**
 * The graph of services and programs over the real database, a Discord that records and a Mochi that is scripted: to count
 * what work costs the database. By the test's clock, so that nothing polls in between.
 */
import { Clock, Effect, Layer, Option } from "effect"
import * as AtomicSql from "../../src/adapters/postgres/AtomicSql.ts"
import * as AuditLogSql from "../../src/adapters/postgres/AuditLogSql.ts"
import * as ClaimsSql from "../../src/adapters/postgres/ClaimsSql.ts"
import * as DecisionLeasesSql from "../../src/adapters/postgres/DecisionLeasesSql.ts"
import * as DeliveryRecordsSql from "../../src/adapters/postgres/DeliveryRecordsSql.ts"
import * as GatewaySessionsSql from "../../src/adapters/postgres/GatewaySessionsSql.ts"
import * as KudosIntentsSql from "../../src/adapters/postgres/KudosIntentsSql.ts"
import * as NotificationLogSql from "../../src/adapters/postgres/NotificationLogSql.ts"
import * as OutboxPgBoss from "../../src/adapters/postgres/OutboxPgBoss.ts"
import * as PeopleSql from "../../src/adapters/postgres/PeopleSql.ts"
import * as PersonalDataSql from "../../src/adapters/postgres/PersonalDataSql.ts"
import { ProcessLease } from "../../src/adapters/postgres/ProcessLease.ts"
import * as RateLimitsSql from "../../src/adapters/postgres/RateLimitsSql.ts"
import * as TransferRequestsSql from "../../src/adapters/postgres/TransferRequestsSql.ts"
import * as UsageLogSql from "../../src/adapters/postgres/UsageLogSql.ts"
import * as WebhookInboxSql from "../../src/adapters/postgres/WebhookInboxSql.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { requestReport } from "../../src/domain/TransferRequest.ts"
import type { RequestReport } from "../../src/domain/TransferRequest.ts"
import { edge, services } from "../../src/graph.ts"
import { Leadership } from "../../src/ports/Leadership.ts"
import * as JobWorker from "../../src/programs/jobs/JobWorker.ts"
import { Intake } from "../../src/services/Intake.ts"
import { settings } from "../adapters/mochi/mochiClients.ts"
import * as TestDatabase from "../support/postgres.ts"
import * as pseudonyms from "../support/pseudonyms.ts"
import { facts } from "./cast.ts"
import { key } from "./mochiWorld.ts"
import { recordingMessenger } from "./recordingMessenger.ts"
import { scriptedMochi } from "./scriptedMochi.ts"

/** One process, which never ends and has every role. */
const alone = Layer.merge(
  Layer.mock(ProcessLease, { id: Effect.succeed(1), holds: () => Effect.succeed(true) }),
  Layer.succeed(Leadership, { whileLeading: (_, work) => work, standing: () => Effect.succeed("leading") })
)

const stores = Layer.mergeAll(
  AtomicSql.layer,
  AuditLogSql.layer,
  ClaimsSql.layer,
  DecisionLeasesSql.layer,
  GatewaySessionsSql.layer,
  KudosIntentsSql.layer,
  NotificationLogSql.layer,
  Layer.provideMerge(DeliveryRecordsSql.layer, OutboxPgBoss.layer),
  PeopleSql.layer,
  PersonalDataSql.layer,
  RateLimitsSql.layer,
  TransferRequestsSql.layer,
  UsageLogSql.layer,
  WebhookInboxSql.layer
)

/** In real time: the database answers by its own. */
export const pause = (millis: number): Effect.Effect<void> =>
  Effect.withClock(Effect.sleep(millis), Clock.make())

export const onPostgres = Effect.gen(function* () {
  const happened: Array<string> = []
  const { discord, layer: discordLayer } = recordingMessenger(happened)
  const { layer: mochiLayer, mochi } = scriptedMochi(happened)
  const context = yield* edge.pipe(
    Layer.provideMerge(services),
    Layer.provideMerge(stores),
    Layer.provideMerge(
      Layer.mergeAll(alone, pseudonyms.layer, discordLayer, mochiLayer, settings("http://127.0.0.1:1"))
    ),
    Layer.provideMerge(TestDatabase.layer),
    Layer.build
  )
  /** Until so many lines of `happened` begin so. */
  const untilHappened = (start: string, times: number) =>
    Effect.suspend(() => Effect.as(pause(20), happened.filter(line => line.startsWith(start)).length)).pipe(
      Effect.repeat({ until: count => count >= times })
    )
  let webhooks = 0
  const webhook = (status: RequestStatus, change: Partial<RequestReport> = {}) =>
    Effect.flatMap(Intake, intake =>
      intake.accept(
        `msg_${++webhooks}`,
        requestReport(key, { status: Option.some(status), facts: Option.some(facts), ...change })
      )
    ).pipe(Effect.provide(context))
  return {
    happened,
    discord,
    mochi,
    context,
    webhook,
    untilHappened,
    deliversJobs: Layer.build(JobWorker.layer).pipe(Effect.provide(context))
  }
})
