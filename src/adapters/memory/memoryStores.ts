/**
 * Every store in memory, for whole graphs of services that need no database. Each keeps the contract of its port, and one
 * suite runs against both kinds (`test/stores`). Time is the fiber's clock.
 */
import { Layer } from "effect"
import type { Settings } from "../../config/Settings.ts"
import * as AtomicInMemory from "./AtomicInMemory.ts"
import * as AuditLogInMemory from "./AuditLogInMemory.ts"
import * as ClaimsInMemory from "./ClaimsInMemory.ts"
import * as DecisionLeasesInMemory from "./DecisionLeasesInMemory.ts"
import * as DeliveryRecordsInMemory from "./DeliveryRecordsInMemory.ts"
import * as GatewaySessionsInMemory from "./GatewaySessionsInMemory.ts"
import * as KudosIntentsInMemory from "./KudosIntentsInMemory.ts"
import * as LeadershipInMemory from "./LeadershipInMemory.ts"
import * as NotificationLogInMemory from "./NotificationLogInMemory.ts"
import * as OutboxInMemory from "./OutboxInMemory.ts"
import * as PeopleInMemory from "./PeopleInMemory.ts"
import * as PersonalDataInMemory from "./PersonalDataInMemory.ts"
import * as Process from "./Process.ts"
import * as RateLimitsInMemory from "./RateLimitsInMemory.ts"
import * as StoreHealthInMemory from "./StoreHealthInMemory.ts"
import * as Tables from "./Tables.ts"
import * as TransferRequestsInMemory from "./TransferRequestsInMemory.ts"
import * as UsageLogInMemory from "./UsageLogInMemory.ts"
import * as WebhookInboxInMemory from "./WebhookInboxInMemory.ts"

const parts = Layer.mergeAll(
  AtomicInMemory.layer,
  AuditLogInMemory.layer,
  ClaimsInMemory.layer,
  DecisionLeasesInMemory.layer,
  GatewaySessionsInMemory.layer,
  KudosIntentsInMemory.layer,
  LeadershipInMemory.layer,
  NotificationLogInMemory.layer,
  OutboxInMemory.layer,
  PeopleInMemory.layer,
  PersonalDataInMemory.layer,
  RateLimitsInMemory.layer,
  StoreHealthInMemory.layer,
  TransferRequestsInMemory.layer,
  UsageLogInMemory.layer
)

const all = Layer.provideMerge(Layer.merge(DeliveryRecordsInMemory.layer, WebhookInboxInMemory.layer), parts)

/** The stores of one of several processes over the same tables. The process ends with its scope, or by `Process.end`. */
export const layerOf = (
  process: number
): Layer.Layer<Layer.Layer.Success<typeof all>, never, Tables.Tables | Settings> =>
  Layer.fresh(Layer.provide(all, Process.layerOf(process)))

/** The stores of a process that is alone, with their tables. */
export const layer: Layer.Layer<Layer.Layer.Success<typeof all> | Tables.Tables, never, Settings> =
  Layer.provideMerge(layerOf(1), Tables.layer)
