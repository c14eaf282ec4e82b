import { strangers } from "./part.ts"
import type { Part } from "./part.ts"
import { statuses } from "./reading.ts"
import type { Status } from "./reading.ts"
import { mending, permanent } from "./seen.ts"
import type { Request, Seen, Sighting } from "./seen.ts"
import { firstLine, rightSince, seconds, spoken, statusIn, wayFindings } from "./wording.ts"

/** What the requester's own answer says. Nobody is owed one whom Discord told that there is none. */
export const judgeAnswer = ({ acknowledged, answer, sentAt }: Seen, request: Request | undefined): Part => {
  const subject = "answer"
  if (!acknowledged) return { owed: undefined, findings: [], arrivals: [] }
  const last = answer.at(-1)
  if (last === undefined || last.word._tag === "Thinking")
    return { owed: subject, findings: [mending(subject, "lost", "it never came")], arrivals: [] }
  if (request === undefined) {
    const claims = answer.some(({ word }) => word._tag === "Stands")
    return {
      owed: subject,
      findings: claims
        ? [permanent(subject, "wrong", "it says that a request was created, and there is none")]
        : [],
      arrivals: [{ subject, what: "it", due: sentAt, at: last.at }]
    }
  }
  const denials = answer.flatMap(({ word }) => (word._tag === "Refusal" ? [word.text] : []))
  const since = rightSince(answer, request.status)
  return {
    owed: subject,
    findings: [
      ...denials
        .slice(0, 1)
        .map(text => permanent(subject, "wrong", `it said “${firstLine(text)}”, and there is a request`)),
      ...wayFindings(subject, answer),
      ...(since === undefined
        ? [mending(subject, "wrong", `it ends as ${spoken(last.word)}, Mochi says ${request.status}`)]
        : [])
    ],
    arrivals:
      since === undefined
        ? []
        : [{ subject, what: "its last word", due: request.settledAt ?? sentAt, at: since }]
  }
}

/** An edit of the answer that comes so soon after the command is seen, and stands for a message. Milliseconds. */
const editIsSeen = 120_000
/** The service looks at the age, then Discord takes its time: around the border both are right. */
const border = 15_000

/** One word to the requester on every status: by the answer's edit, or by a message. */
export const judgeStatus = (seen: Seen, request: Request): Part => {
  const subject = "status"
  const told = seen.messages.filter(({ title }) => title === "other" || title === "answer")
  const said = statuses.map(status => ({ status, times: told.filter(one => lastStatus(one) === status) }))
  const findings = [
    ...strangers(subject, told, seen.sender),
    ...said.flatMap(({ status, times }) => [
      ...(times.length > 1
        ? [permanent(subject, "doubled", `${times.length} messages that it is ${status}`)]
        : []),
      ...(times.length > 0 && status !== "pending" && status !== request.status
        ? [permanent(subject, "wrong", `told ${status}, Mochi says ${request.status}`)]
        : [])
    ])
  ]
  if (request.status === "pending") return { owed: undefined, findings, arrivals: [] }
  const messages = said.find(({ status }) => status === request.status)?.times ?? []
  const edited = seen.answer.find(({ word }) => statusIn(word) === request.status)?.at
  const age = edited === undefined ? Number.POSITIVE_INFINITY : edited - seen.sentAt
  const times = [
    ...messages.flatMap(({ versions }) => versions[0]?.at ?? []),
    ...(edited !== undefined && age < editIsSeen + border ? [edited] : [])
  ]
  if (messages.length > 0 && age < editIsSeen - border)
    findings.push(
      permanent(
        subject,
        "doubled",
        `an edit ${seconds(age)} after the command and a message: ${request.status}`
      )
    )
  if (times.length === 0) findings.push(mending(subject, "lost", `never told that it is ${request.status}`))
  const due = request.settledAt ?? request.createdAt
  return {
    owed: subject,
    findings,
    arrivals: times.length === 0 ? [] : [{ subject, what: "it", due, at: Math.min(...times) }]
  }
}

const lastStatus = ({ versions }: Sighting): Status | undefined => {
  const last = versions.at(-1)
  return last === undefined ? undefined : statusIn(last.word)
}
