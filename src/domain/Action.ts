import { Data } from "effect"
import type { RequestKey, UserId } from "./Ids.ts"
import type { Audience } from "./Notification.ts"
import type { Decision } from "./RequestStatus.ts"

/** What a pressed button asks for. */
export type Action = Data.TaggedEnum<{
  Decide: { readonly decision: Decision; readonly request: RequestKey }
  View: { readonly audience: Audience; readonly request: RequestKey }
  /** The answer to whether a person's data is to be erased; only the person who asked may give it. */
  Erase: { readonly choice: "delete" | "keep"; readonly asker: UserId }
}>
export const Action = Data.taggedEnum<Action>()
