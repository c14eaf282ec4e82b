import { Data, Option, Schema } from "effect"
import { ApplicationId, UserId, RequestCode } from "./Ids.ts"
import type { RequestKey } from "./Ids.ts"
import type { Audience } from "./Notification.ts"
import type { Decision } from "./RequestStatus.ts"

/** What a pressed button asks for. */
export type ButtonPress = Data.TaggedEnum<{
  Decide: { readonly decision: Decision; readonly request: RequestKey }
  View: { readonly audience: Audience; readonly request: RequestKey }
  Privacy: { readonly choice: "delete" | "keep"; readonly asker: UserId }
}>
export const ButtonPress = Data.taggedEnum<ButtonPress>()

/** Discord takes 100 characters. */
const longest = 100

const prefixes = { approved: "approve", rejected: "reject" } as const
const viewLetters = { owner: "o", requester: "q", recipient: "r" } as const

export const decisionId = (decision: Decision, { applicationId, code }: RequestKey): string =>
  `${prefixes[decision]}-${code}-${applicationId}`

/** Never longer than the approve button's id of the same request. */
export const viewId = (audience: Audience, { applicationId, code }: RequestKey): string =>
  `view-${viewLetters[audience]}-${code}-${applicationId}`

export const privacyId = (choice: "delete" | "keep", asker: UserId): string => `privacy-${choice}-${asker}`

/** Whether buttons for this request can be made at all: what they say of it must be read back exactly. */
export const fitsButtons = (request: RequestKey): boolean =>
  decisionId("approved", request).length <= longest &&
  Option.exists(parseCustomId(decisionId("approved", request)), ({ _tag }) => _tag === "Decide")

/** None for whatever is not ours. The code may hold dashes; the application is what follows the last one. */
export const parseCustomId = (customId: string): Option.Option<ButtonPress> => {
  const match = /^([a-z_]+)-(.+)$/s.exec(customId)
  const [verb, rest] = [match?.[1], match?.[2]]
  if (verb === undefined || rest === undefined) return Option.none()
  switch (verb) {
    case "approve":
    case "transfer_request_approve":
      return Option.map(requestKey(rest), request => ButtonPress.Decide({ decision: "approved", request }))
    case "reject":
    case "transfer_request_reject":
      return Option.map(requestKey(rest), request => ButtonPress.Decide({ decision: "rejected", request }))
    case "view":
      return Option.all({ audience: audienceOf(rest.slice(0, 2)), request: requestKey(rest.slice(2)) }).pipe(
        Option.map(view => ButtonPress.View(view))
      )
    case "privacy":
      return privacyPress(rest)
    default:
      return Option.none()
  }
}

const requestKey = (text: string): Option.Option<RequestKey> => {
  const match = /^(.+)-(\d+)$/s.exec(text)
  return Option.all({ code: decodeCode(match?.[1]), applicationId: decodeApplication(match?.[2]) })
}

const audienceOf = (letter: string): Option.Option<Audience> => {
  if (letter === "o-") return Option.some("owner")
  if (letter === "q-") return Option.some("requester")
  return letter === "r-" ? Option.some("recipient") : Option.none()
}

const privacyPress = (text: string): Option.Option<ButtonPress> => {
  const match = /^(delete|keep)-(\d+)$/.exec(text)
  return Option.map(decodeUser(match?.[2]), asker =>
    ButtonPress.Privacy({ choice: match?.[1] === "delete" ? "delete" : "keep", asker })
  )
}

const decodeCode = Schema.decodeUnknownOption(RequestCode)
const decodeApplication = Schema.decodeUnknownOption(ApplicationId)
const decodeUser = Schema.decodeUnknownOption(UserId)
