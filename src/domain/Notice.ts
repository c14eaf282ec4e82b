import { Data } from "effect"
import type { Option } from "effect"
import type { UserId, RequestKey } from "./Ids.ts"
import type { Audience } from "./Notification.ts"
import { isFinal } from "./RequestStatus.ts"
import type { FinalStatus, RequestStatus } from "./RequestStatus.ts"
import type { RequestFacts, Settlement } from "./TransferRequest.ts"

/** A person as shown: mentioned where Discord knows them, else by the name they have at Mochi. */
export interface Person {
  readonly userId: Option.Option<UserId>
  readonly name: Option.Option<string>
}

/** A stored request with the persons of it looked up: all that a view of it needs. */
export interface RequestWithPeople {
  readonly key: RequestKey
  readonly status: RequestStatus
  readonly facts: RequestFacts
  readonly settlement: Option.Option<Settlement>
  readonly requester: Person
  readonly recipient: Person
  readonly decider: Person
}

/** Every message that the bot brings to somebody by itself. */
export type Notice = Data.TaggedEnum<{
  /** The owner's card; its buttons are there only while the request is pending. */
  ApprovalCard: { readonly picture: RequestWithPeople }
  /** What became of the requester's request. */
  StatusChanged: { readonly picture: RequestWithPeople; readonly status: FinalStatus }
  /** Thanks to the recipient. */
  KudosReceived: { readonly picture: RequestWithPeople }
  /** The requester's `/kudos` answer. */
  KudosAnswer: { readonly picture: RequestWithPeople }
  /** In the open, for somebody whose DMs are closed: says nothing but that there is something to view. */
  Pointer: { readonly audience: Audience; readonly userId: UserId; readonly request: RequestKey }
}>
export const Notice = Data.taggedEnum<Notice>()

/** What a person sees of a request who looks at it in private. */
export const noticeFor = (view: "kudos" | Audience, picture: RequestWithPeople): Notice => {
  switch (view) {
    case "kudos":
      return Notice.KudosAnswer({ picture })
    case "owner":
      return Notice.ApprovalCard({ picture })
    case "requester":
      return isFinal(picture.status)
        ? Notice.StatusChanged({ picture, status: picture.status })
        : Notice.KudosAnswer({ picture })
    case "recipient":
      return Notice.KudosReceived({ picture })
  }
}
