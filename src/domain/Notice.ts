import { Data } from "effect"
import type { Option } from "effect"
import type { UserId, InteractionId, RequestKey } from "./Ids.ts"
import type { Audience } from "./Notification.ts"
import { isFinal } from "./RequestStatus.ts"
import type { FinalStatus, RequestStatus } from "./RequestStatus.ts"
import type { RequestFacts, Settlement } from "./TransferRequest.ts"

/** A person as shown: mentioned if their Discord account is known, else by the name they have at Mochi. */
export interface Person {
  readonly userId: Option.Option<UserId>
  readonly name: Option.Option<string>
}

/** A stored request and the people whom it names, looked up: all that is needed to draw it and to find its messages. */
export interface RequestWithPeople {
  readonly key: RequestKey
  readonly status: RequestStatus
  readonly facts: RequestFacts
  readonly settlement: Option.Option<Settlement>
  /** The `/kudos` that created it, if this bot did. */
  readonly interactionId: Option.Option<InteractionId>
  readonly requester: Person
  readonly recipient: Person
  readonly decider: Person
}

/** Every message that the bot sends to a person on its own. */
export type Notice = Data.TaggedEnum<{
  /** The owner's card; its buttons are there only while the request is pending. */
  ApprovalCard: { readonly request: RequestWithPeople }
  /** What became of the requester's request. */
  StatusChanged: { readonly request: RequestWithPeople; readonly status: FinalStatus }
  /** Thanks to the recipient. */
  KudosReceived: { readonly request: RequestWithPeople }
  /** The requester's `/kudos` answer. */
  KudosAnswer: { readonly request: RequestWithPeople }
  /** In a channel, for a person whose DMs are closed: it says nothing but that there is something to view. */
  Pointer: { readonly audience: Audience; readonly userId: UserId; readonly key: RequestKey }
}>
export const Notice = Data.taggedEnum<Notice>()

/** The notice that a person sees when they view a request in private. */
export const noticeFor = (view: "kudos" | Audience, request: RequestWithPeople): Notice => {
  switch (view) {
    case "kudos":
      return Notice.KudosAnswer({ request })
    case "owner":
      return Notice.ApprovalCard({ request })
    case "requester":
      return isFinal(request.status)
        ? Notice.StatusChanged({ request, status: request.status })
        : Notice.KudosAnswer({ request })
    case "recipient":
      return Notice.KudosReceived({ request })
  }
}
