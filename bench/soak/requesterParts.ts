import { misplacedFindings } from "./part.ts"
import type { Part } from "./part.ts"
import { statuses } from "./reading.ts"
import type { Status } from "./reading.ts"
import { transient, permanent } from "./seen.ts"
import type { Request, Seen, Sighting } from "./seen.ts"
import { firstLine, rightSince, seconds, wordText, statusIn, historyFindings } from "./wording.ts"

/** The answer to the requester's command. No answer is owed if Discord told the requester that the command failed. */
export const judgeAnswer = ({ acknowledged, answer, sentAt }: Seen, request: Request | undefined): Part => {
  const subject = "answer"
  if (!acknowledged) return { owed: undefined, findings: [], arrivals: [] }
  const last = answer.at(-1)
  if (last === undefined || last.word._tag === "Thinking")
    return { owed: subject, findings: [transient(subject, "lost", "it never came")], arrivals: [] }
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
      ...historyFindings(subject, answer),
      ...(since === undefined
        ? [transient(subject, "wrong", `it ends as ${wordText(last.word)}, Mochi says ${request.status}`)]
        : [])
    ],
    arrivals:
      since === undefined
        ? []
        : [{ subject, what: "its last word", due: request.settledAt ?? sentAt, at: since }]
  }
}

/** An edit of the answer this soon after the command, in milliseconds, is seen and counts as a message. */
const editIsSeen = 120_000
/** Around the limit, in milliseconds, both are right: Discord takes time after the service has looked at the age. */
const border = 15_000

/** The requester learns each status once: by an edit of the answer, or by a message. */
export const judgeStatus = (seen: Seen, request: Request): Part => {
  const subject = "status"
  const reports = seen.messages.filter(({ title }) => title === "other" || title === "answer")
  const byStatus = statuses.map(status => ({
    status,
    times: reports.filter(one => lastStatus(one) === status)
  }))
  const findings = [
    ...misplacedFindings(subject, reports, seen.sender),
    ...byStatus.flatMap(({ status, times }) => [
      ...(times.length > 1
        ? [permanent(subject, "doubled", `${times.length} messages that it is ${status}`)]
        : []),
      ...(times.length > 0 && status !== "pending" && status !== request.status
        ? [permanent(subject, "wrong", `the requester read ${status}, Mochi says ${request.status}`)]
        : [])
    ])
  ]
  if (request.status === "pending") return { owed: undefined, findings, arrivals: [] }
  const messages = byStatus.find(({ status }) => status === request.status)?.times ?? []
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
  if (times.length === 0)
    findings.push(transient(subject, "lost", `nothing said that it is ${request.status}`))
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
