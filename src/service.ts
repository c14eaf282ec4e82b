/** The service, top to bottom: programs over services over adapters. The sandbox runs the same, at other addresses. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, Runtime, Schedule } from "effect"
import * as BotToken from "./adapters/discord/BotToken.ts"
import * as Gateway from "./adapters/discord/Gateway.ts"
import * as InteractionSignaturesEd25519 from "./adapters/discord/InteractionSignaturesEd25519.ts"
import * as MessengerRest from "./adapters/discord/MessengerRest.ts"
import * as Rest from "./adapters/discord/Rest.ts"
import * as MochiPayHttp from "./adapters/mochi/MochiPayHttp.ts"
import * as MochiProfilesHttp from "./adapters/mochi/MochiProfilesHttp.ts"
import * as WebhookSignaturesStandard from "./adapters/mochi/WebhookSignaturesStandard.ts"
import * as AtomicSql from "./adapters/postgres/AtomicSql.ts"
import * as AuditLogSql from "./adapters/postgres/AuditLogSql.ts"
import * as Database from "./adapters/postgres/Database.ts"
import * as DecisionLeasesSql from "./adapters/postgres/DecisionLeasesSql.ts"
import * as DeliveryRecordsSql from "./adapters/postgres/DeliveryRecordsSql.ts"
import * as GatewaySessionsSql from "./adapters/postgres/GatewaySessionsSql.ts"
import * as ClaimsSql from "./adapters/postgres/ClaimsSql.ts"
import * as KudosIntentsSql from "./adapters/postgres/KudosIntentsSql.ts"
import * as LeadershipSql from "./adapters/postgres/LeadershipSql.ts"
import * as NotificationLogSql from "./adapters/postgres/NotificationLogSql.ts"
import * as OutboxPgBoss from "./adapters/postgres/OutboxPgBoss.ts"
import * as PeopleSql from "./adapters/postgres/PeopleSql.ts"
import * as PersonalDataSql from "./adapters/postgres/PersonalDataSql.ts"
import * as ProcessLease from "./adapters/postgres/ProcessLease.ts"
import * as Pseudonyms from "./adapters/postgres/Pseudonyms.ts"
import * as Pulse from "./adapters/postgres/Pulse.ts"
import * as RateLimitsSql from "./adapters/postgres/RateLimitsSql.ts"
import * as StoreHealthSql from "./adapters/postgres/StoreHealthSql.ts"
import * as TransferRequestsSql from "./adapters/postgres/TransferRequestsSql.ts"
import * as UsageLogSql from "./adapters/postgres/UsageLogSql.ts"
import * as WebhookInboxSql from "./adapters/postgres/WebhookInboxSql.ts"
import * as logging from "./adapters/telemetry/logging.ts"
import * as Otel from "./adapters/telemetry/Otel.ts"
import { Settings } from "./config/Settings.ts"
import type { SettingsValues } from "./config/Settings.ts"
import { edge, services } from "./graph.ts"
import * as LivenessInMemory from "./adapters/process/LivenessInMemory.ts"
import * as BoundedServer from "./adapters/process/boundedServer.ts"
import * as ReadinessInMemory from "./adapters/process/ReadinessInMemory.ts"
import { Shutdown } from "./ports/Shutdown.ts"
import * as JobWorker from "./programs/jobs/JobWorker.ts"
import * as CommandSync from "./programs/discord/CommandSync.ts"
import * as DiscordHealth from "./programs/discord/DiscordHealth.ts"
import * as GatewayInteractions from "./programs/discord/overGateway.ts"
import * as HttpInteractions from "./programs/discord/overHttp.ts"
import * as kudosRecovery from "./programs/features/kudosRecovery.ts"
import * as Erasures from "./programs/upkeep/Erasures.ts"
import * as Health from "./programs/upkeep/Health.ts"
import * as Housekeeping from "./programs/upkeep/Housekeeping.ts"
import { CannotListen } from "./programs/http/CannotListen.ts"
import { Handlers } from "./programs/http/Endpoint.ts"
import type { Endpoint } from "./programs/http/Endpoint.ts"
import * as Server from "./programs/http/Server.ts"
import * as Webhooks from "./programs/webhooks/Webhooks.ts"

/** The pause between two tries to reach a database that was there a moment ago. */
const storeComesBack = Schedule.spaced("1 second")

const stores = Layer.mergeAll(
  AtomicSql.layer,
  AuditLogSql.layer,
  DecisionLeasesSql.layer,
  GatewaySessionsSql.layer,
  ClaimsSql.layer,
  KudosIntentsSql.layer,
  NotificationLogSql.layer,
  Layer.provideMerge(DeliveryRecordsSql.layer, Layer.retry(OutboxPgBoss.layer, storeComesBack)),
  PeopleSql.layer,
  PersonalDataSql.layer,
  RateLimitsSql.layer,
  StoreHealthSql.layer,
  TransferRequestsSql.layer,
  UsageLogSql.layer,
  WebhookInboxSql.layer
).pipe(
  Layer.merge(LeadershipSql.layer),
  Layer.provide(ProcessLease.layer),
  Layer.provide(Layer.retry(Pulse.layer, storeComesBack)),
  Layer.provide(Layer.merge(Database.layer, Pseudonyms.layer))
)

const mochi = Layer.mergeAll(MochiPayHttp.layer, MochiProfilesHttp.layer, WebhookSignaturesStandard.layer)

const discord = Layer.provideMerge(MessengerRest.layer, Rest.layer)

const overGateway = Layer.merge(GatewayInteractions.layer, DiscordHealth.layerGateway).pipe(
  Layer.provide(Gateway.layer)
)

const overHttp = (publicKey: Uint8Array) =>
  Layer.merge(HttpInteractions.layer, DiscordHealth.layerHttp).pipe(
    Layer.provide(InteractionSignaturesEd25519.layer(publicKey))
  )

type InteractionsNeed =
  | Layer.Layer.Context<typeof overGateway>
  | Layer.Layer.Context<ReturnType<typeof overHttp>>

/** Interactions, by the door that the configuration names. */
const interactions = Layer.unwrapEffect(
  Effect.map(
    Settings,
    ({ discord: { interactions } }): Layer.Layer<never, never, InteractionsNeed> =>
      interactions.mode === "gateway" ? overGateway : overHttp(interactions.publicKey)
  )
)

const tokenGuard = Layer.scopedDiscard(
  Effect.gen(function* () {
    const shutdown = yield* Shutdown
    const { rejected } = yield* BotToken.BotToken
    yield* Effect.forkScoped(Effect.catchAll(rejected, fault => shutdown.fail(fault.message)))
  })
)

const programs = Layer.mergeAll(
  interactions,
  kudosRecovery.layer,
  JobWorker.layer,
  Erasures.layer,
  Housekeeping.layer,
  CommandSync.layer,
  tokenGuard,
  Webhooks.layer
).pipe(
  Layer.provide(edge),
  Layer.provide(services),
  Layer.provide(stores),
  Layer.provide(Layer.merge(mochi, discord))
)

/** Every path that the service answers at; the server knows them all before the programs behind them are up. */
const endpointsOf = ({ discord: { interactions } }: SettingsValues): ReadonlyArray<Endpoint> => [
  ...Health.endpoints,
  Webhooks.endpoint,
  ...(interactions.mode === "http" ? [HttpInteractions.endpoint] : [])
]

/** Milliseconds. A request that arrives on an open connection while the server stops may never get an answer. */
const connectionsEndWithin = 2_000

const http = Layer.unwrapEffect(
  Effect.gen(function* () {
    const settings = yield* Settings
    const { server } = settings
    const runtime = yield* Effect.runtime()
    const node = BoundedServer.make(error => {
      Runtime.runFork(runtime)(Effect.logError("The HTTP server went wrong", error))
    })
    const endConnections = Layer.scopedDiscard(
      Effect.addFinalizer(() =>
        Effect.sync(() => setTimeout(() => node.closeAllConnections(), connectionsEndWithin).unref())
      )
    )
    return Layer.merge(Server.layer(endpointsOf(settings)), endConnections).pipe(
      Layer.provide(Health.layer),
      Layer.provide(
        Layer.catchAll(
          NodeHttpServer.layer(() => node, server),
          ({ cause }) => Layer.fail(CannotListen.at(server, cause))
        )
      )
    )
  })
)

/** Everything that `serve` runs. It ends only by a fault of `Shutdown`, or by interruption. */
export const service = Layer.merge(http, programs).pipe(
  Layer.provide(Layer.mergeAll(Handlers.layer, LivenessInMemory.layer, ReadinessInMemory.layer)),
  Layer.provide(Otel.layer),
  Layer.provide(logging.layer("stdout"))
)
