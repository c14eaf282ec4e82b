import { Option, Schema } from "effect"
import type { DateTime } from "effect"
import type { RequestKey } from "./Ids.ts"
import type { RequestStatus } from "./RequestStatus.ts"
import type { RequestFacts, TransferRequest } from "./TransferRequest.ts"

/** Who hears of a request. One person may be several of them. */
export const Audience = Schema.Literal("owner", "requester", "recipient")
export type Audience = typeof Audience.Type

/** What a person is shown: the owner decides, the requester follows, the recipient is thanked. */
export const NotificationKind = Schema.Literal("approval_card", "status_changed", "kudos_received")
export type NotificationKind = typeof NotificationKind.Type

export const NotificationState = Schema.Literal("pending", "delivered", "dead")
export type NotificationState = typeof NotificationState.Type

export const NotificationId = Schema.UUID.pipe(Schema.brand("NotificationId"))
export type NotificationId = typeof NotificationId.Type

/** Something that one audience has to see, because a request reached a status. */
export interface Notification {
  readonly id: NotificationId
  readonly request: RequestKey
  readonly audience: Audience
  readonly kind: NotificationKind
  /** The status that called for it; what is shown is drawn from the newest one. */
  readonly about: RequestStatus
  readonly state: NotificationState
  /** Why it is dead, or failed last. */
  readonly reason: Option.Option<string>
  readonly attempts: number
  readonly createdAt: DateTime.Utc
  readonly updatedAt: DateTime.Utc
}

export interface Hearing {
  readonly audience: Audience
  readonly kind: NotificationKind
}

/** Who has to hear that a request stands where it stands now, each once. Nobody, while nothing is known but its status. */
export const hearings = (request: TransferRequest): ReadonlyArray<Hearing> =>
  Option.match(request.facts, {
    onNone: () => [],
    onSome: facts => {
      const owner: Hearing = { audience: "owner", kind: "approval_card" }
      const requester: Hearing = { audience: "requester", kind: "status_changed" }
      const recipient: Hearing = { audience: "recipient", kind: "kudos_received" }
      switch (request.status) {
        case "pending":
          return [owner]
        case "approved":
          return hasRequester(facts) ? [owner, requester, recipient] : [owner, recipient]
        case "rejected":
        case "expired":
        case "failed":
        case "settled":
          return hasRequester(facts) ? [owner, requester] : [owner]
      }
    }
  })

/**
 * Whether a message of its own would tell the requester what they hear already: as the owner from the card, as the
 * recipient from the thanks. Their `/kudos` answer is brought up to date all the same.
 */
export const requesterHearsAnyway = (facts: RequestFacts, status: RequestStatus): boolean =>
  samePerson(facts.requester, facts.owner) ||
  (status === "approved" && samePerson(facts.requester, facts.recipient))

const hasRequester = ({ requester }: RequestFacts): boolean =>
  Option.isSome(requester.profileId) || Option.isSome(requester.discordUserId)

const samePerson = (one: RequestFacts["owner"], other: RequestFacts["owner"]): boolean =>
  sameId(one.profileId, other.profileId) || sameId(one.discordUserId, other.discordUserId)

const sameId = (one: Option.Option<string>, other: Option.Option<string>): boolean =>
  Option.isSome(one) && Option.isSome(other) && one.value === other.value
