/** Actions as the custom ids of buttons, and back. */
import { Option, Schema } from "effect"
import { Action } from "../../domain/Action.ts"
import { ApplicationId, RequestCode, UserId } from "../../domain/Ids.ts"
import type { RequestKey } from "../../domain/Ids.ts"
import type { Audience } from "../../domain/Notification.ts"
import type { Decision } from "../../domain/RequestStatus.ts"

/** Discord takes 100 characters. */
const longest = 100

const prefixes = { approved: "approve", rejected: "reject" } as const
const viewLetters = { owner: "o", requester: "q", recipient: "r" } as const

export const customIdOf = Action.$match({
  Decide: ({ decision, request }) => decisionId(decision, request),
  // Never longer than the approve button's id of the same request.
  View: ({ audience, request: { applicationId, code } }) =>
    `view-${viewLetters[audience]}-${code}-${applicationId}`,
  Erase: ({ asker, choice }) => `privacy-${choice}-${asker}`
})

const decisionId = (decision: Decision, { applicationId, code }: RequestKey): string =>
  `${prefixes[decision]}-${code}-${applicationId}`

/** Whether buttons can name this request: the bot must read back exactly what they say of it. */
export const fitsButtons = (request: RequestKey): boolean =>
  decisionId("approved", request).length <= longest &&
  Option.exists(parseCustomId(decisionId("approved", request)), ({ _tag }) => _tag === "Decide")

/** None for custom ids that are not ours. The code may have dashes; the application follows the last one. */
export const parseCustomId = (customId: string): Option.Option<Action> => {
  const match = /^([a-z_]+)-(.+)$/s.exec(customId)
  const [verb, rest] = [match?.[1], match?.[2]]
  if (verb === undefined || rest === undefined) return Option.none()
  switch (verb) {
    case "approve":
    case "transfer_request_approve":
      return Option.map(requestKey(rest), request => Action.Decide({ decision: "approved", request }))
    case "reject":
    case "transfer_request_reject":
      return Option.map(requestKey(rest), request => Action.Decide({ decision: "rejected", request }))
    case "view":
      return Option.all({ audience: audienceOf(rest.slice(0, 2)), request: requestKey(rest.slice(2)) }).pipe(
        Option.map(view => Action.View(view))
      )
    case "privacy":
      return erasure(rest)
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

const erasure = (text: string): Option.Option<Action> => {
  const match = /^(delete|keep)-(\d+)$/.exec(text)
  return Option.map(decodeUser(match?.[2]), asker =>
    Action.Erase({ choice: match?.[1] === "delete" ? "delete" : "keep", asker })
  )
}

const decodeCode = Schema.decodeUnknownOption(RequestCode)
const decodeApplication = Schema.decodeUnknownOption(ApplicationId)
const decodeUser = Schema.decodeUnknownOption(UserId)
