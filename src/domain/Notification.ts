import { Option, Schema } from "effect"
import type { DateTime } from "effect"
import type { RequestKey } from "./Ids.ts"
import type { RequestStatus } from "./RequestStatus.ts"
import type { Party, RequestFacts, TransferRequest } from "./TransferRequest.ts"

/** The people whom the bot notifies of a request. One person may be several of them. */
export const Audience = Schema.Literal("owner", "requester", "recipient")
export type Audience = typeof Audience.Type

/** What the bot shows a person: the owner decides, the requester follows, the recipient gets thanks. */
export const NotificationKind = Schema.Literal("approval_card", "status_changed", "kudos_received")
export type NotificationKind = typeof NotificationKind.Type

export const NotificationState = Schema.Literal("pending", "delivered", "dead")
export type NotificationState = typeof NotificationState.Type

export const NotificationId = Schema.UUID.pipe(Schema.brand("NotificationId"))
export type NotificationId = typeof NotificationId.Type

/** One audience has to see something, because a request reached a status. */
export interface Notification {
  readonly id: NotificationId
  readonly request: RequestKey
  readonly audience: Audience
  readonly kind: NotificationKind
  /** The status that called for it; what is shown is drawn from the newest one. */
  readonly about: RequestStatus
  readonly state: NotificationState
  /** Why it is dead, or why its last try failed. */
  readonly reason: Option.Option<string>
  readonly attempts: number
  readonly createdAt: DateTime.Utc
  readonly updatedAt: DateTime.Utc
}

export interface DueNotification {
  readonly audience: Audience
  readonly kind: NotificationKind
}

/**
 * The notifications that are due now that a request has this status, one for each audience: none while only the status is
 * stored, none for an owner or requester before a source has named them, and none for a person who was erased. A recipient
 * hears of an approval, and of what became of it.
 */
export const notificationsFor = (
  request: TransferRequest,
  before: RequestStatus = request.status
): ReadonlyArray<DueNotification> =>
  Option.match(request.facts, {
    onNone: () => [],
    onSome: facts => [
      ...(isNamed(facts.owner) ? [ownersCard] : []),
      ...(request.status !== "pending" && isNamed(facts.requester) ? [requestersNews] : []),
      ...((request.status === "approved" || before === "approved") && facts.recipient.isErased !== true
        ? [recipientsThanks]
        : [])
    ]
  })

/**
 * Whether the requester learns the status without a message of its own: as the owner they see it on the card, as the
 * recipient in the thanks. Their `/kudos` answer is brought up to date all the same.
 */
export const requesterLearnsAnyway = (facts: RequestFacts, status: RequestStatus): boolean =>
  samePerson(facts.requester, facts.owner) ||
  (status === "approved" && samePerson(facts.requester, facts.recipient))

const ownersCard: DueNotification = { audience: "owner", kind: "approval_card" }
const requestersNews: DueNotification = { audience: "requester", kind: "status_changed" }
const recipientsThanks: DueNotification = { audience: "recipient", kind: "kudos_received" }

const isNamed = ({ userId, profileId }: Party): boolean => Option.isSome(profileId) || Option.isSome(userId)

const samePerson = (one: Party, other: Party): boolean =>
  sameId(one.profileId, other.profileId) || sameId(one.userId, other.userId)

const sameId = (one: Option.Option<string>, other: Option.Option<string>): boolean =>
  Option.isSome(one) && Option.isSome(other) && one.value === other.value
