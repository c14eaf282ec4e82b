import { HashMap, HashSet } from "effect"
import type { DateTime, Option, Redacted } from "effect"
import type {
  BotId,
  ChannelId,
  CommunityId,
  InteractionId,
  ProfileId,
  RequestKey,
  UserId
} from "../../domain/Ids.ts"
import type { Job } from "../../domain/Job.ts"
import type { Audience, Notification } from "../../domain/Notification.ts"
import type { TransferRequest } from "../../domain/TransferRequest.ts"
import type { AuditRecord } from "../../ports/AuditLog.ts"
import type { LeaseToken } from "../../ports/DecisionLeases.ts"
import type { GatewaySession } from "../../ports/GatewaySessions.ts"
import type { StoredIntent } from "../../ports/KudosIntents.ts"
import type { Role } from "../../ports/Leadership.ts"
import type { LiveAnswer, Shown } from "../../ports/TransferRequests.ts"

/** Moments are milliseconds since 1970, by the clock of the fiber. */
type Millis = number

export interface Interaction {
  /** None once the person was erased. */
  readonly userId: Option.Option<UserId>
  readonly token: Option.Option<Redacted.Redacted>
  readonly receivedAt: Millis
  /** The process that answers it. */
  readonly holder: number
  readonly takenOver: boolean
  readonly awaitsAnswer: boolean
}

export interface Person {
  readonly dm: Option.Option<{ readonly channel: ChannelId; readonly application: BotId }>
  readonly notifications: boolean
}

export interface OwnedIntent extends StoredIntent {
  /** The process that sends it, or finds out what became of it. */
  readonly holder: number
  readonly takenOver: boolean
}

export interface StoredRequest extends TransferRequest {
  readonly createdAt: Millis
}

export interface ShownMessage {
  readonly request: RequestKey
  readonly audience: Audience
  readonly shown: Shown
  readonly startedAt: Millis
}

export interface QueuedJob {
  readonly id: number
  readonly job: Job
  readonly traceparent: Option.Option<string>
  readonly createdAt: Millis
  /** From `createdAt` to the first moment at which the job may be taken. */
  readonly firstAfter: Millis
  readonly startAfter: Millis
  /** The tries that ended, whether they succeeded or not. */
  readonly tries: number
  readonly failures: number
  readonly held: Option.Option<{ readonly by: number; readonly since: Millis }>
}

export interface DayOfUse {
  /** By UTC, such as `2026-01-31`. */
  readonly day: string
  /** A user id, or what stands for somebody who was erased. */
  readonly person: string
  readonly communityId: Option.Option<CommunityId>
  readonly command: string
  readonly runs: number
  readonly lastAt: Millis
}

export interface PendingErasure {
  readonly profileIds: ReadonlyArray<ProfileId>
  readonly askedAt: DateTime.Utc
  readonly tries: number
  readonly nextTryAt: Millis
}

/** All that the stores of one set of tables hold. It is never changed in place, so that a transaction can go back. */
export interface State {
  /** The processes that run. */
  readonly processes: HashSet.HashSet<number>
  readonly roles: HashMap.HashMap<Role, number>
  readonly interactions: HashMap.HashMap<InteractionId, Interaction>
  readonly people: HashMap.HashMap<UserId, Person>
  readonly intents: HashMap.HashMap<InteractionId, OwnedIntent>
  /** By `textOf` of their keys. */
  readonly requests: HashMap.HashMap<string, StoredRequest>
  /** By `textOf` of the request's key and the audience. */
  readonly shown: HashMap.HashMap<string, ShownMessage>
  readonly answers: HashMap.HashMap<
    InteractionId,
    { readonly request: RequestKey; readonly view: LiveAnswer["view"] }
  >
  /** In the order in which they were added. */
  readonly notifications: ReadonlyArray<Notification>
  readonly jobs: ReadonlyArray<QueuedJob>
  readonly lastJob: number
  /** By `textOf` of the requests' keys. */
  readonly leases: HashMap.HashMap<string, { readonly token: LeaseToken; readonly acquiredAt: Millis }>
  /** By shard. */
  readonly sessions: HashMap.HashMap<number, { readonly bot: string; readonly session: GatewaySession }>
  /** When each allowed run was, by `textOf` of person and kind. */
  readonly runs: HashMap.HashMap<string, ReadonlyArray<Millis>>
  readonly audit: ReadonlyArray<AuditRecord>
  readonly usage: ReadonlyArray<DayOfUse>
  readonly webhooks: HashMap.HashMap<string, Millis>
  /** When each id, of a Discord user or a profile, was erased last. */
  readonly erased: HashMap.HashMap<string, Millis>
  readonly erasures: HashMap.HashMap<UserId, PendingErasure>
}

export const empty: State = {
  processes: HashSet.empty(),
  roles: HashMap.empty(),
  interactions: HashMap.empty(),
  people: HashMap.empty(),
  intents: HashMap.empty(),
  requests: HashMap.empty(),
  shown: HashMap.empty(),
  answers: HashMap.empty(),
  notifications: [],
  jobs: [],
  lastJob: 0,
  leases: HashMap.empty(),
  sessions: HashMap.empty(),
  runs: HashMap.empty(),
  audit: [],
  usage: [],
  webhooks: HashMap.empty(),
  erased: HashMap.empty(),
  erasures: HashMap.empty()
}

/** One text for several words, which keeps ("a", "bc") and ("ab", "c") apart. */
export const textOf = (...words: ReadonlyArray<string>): string => JSON.stringify(words)

export const requestText = ({ applicationId, code }: RequestKey): string => textOf(applicationId, code)
