/**
 * Compares what people saw with what is true at Mochi, from outside: it knows the two fakes and nothing of the service.
 * Each request has one card, each status reaches the requester once, each approval brings one thank-you.
 */
import { latenessOf, misplacedFindings } from "./part.ts"
import type { Part } from "./part.ts"
import type { Status } from "./reading.ts"
import { judgeAnswer, judgeStatus } from "./requesterParts.ts"
import { transient, permanent } from "./seen.ts"
import type { Finding, Limits, Request, Seen, Subject } from "./seen.ts"
import { amountFindings, rightSince, wordText, historyFindings } from "./wording.ts"

export interface Judgement {
  readonly seen: Seen
  /** What people should see, each counted once. */
  readonly owed: ReadonlyArray<Subject>
  readonly findings: ReadonlyArray<Finding>
  /** When the last thing that was owed came; undefined while something is missing, or if nothing was owed. */
  readonly completeAt: number | undefined
  /** The longest time from owed to shown, in milliseconds. */
  readonly slowest: number
}

export const judge = (seen: Seen, limits: Limits): Judgement => {
  const [request] = seen.requests
  const parts = [
    judgeRequest(seen, request),
    judgeAnswer(seen, request),
    ...(request === undefined ? [] : [judgeCard(seen, request), judgeStatus(seen, request)]),
    judgeThanks(seen, request)
  ]
  const arrivals = parts.flatMap(({ arrivals }) => arrivals)
  const findings = [
    ...parts.flatMap(part => part.findings),
    ...arrivals.flatMap(arrival => latenessOf(arrival, limits))
  ]
  const isThere = arrivals.length > 0 && !mayRecover({ findings })
  return {
    seen,
    owed: parts.flatMap(({ owed }) => (owed === undefined ? [] : [owed])),
    findings,
    slowest: Math.max(0, ...arrivals.map(({ at, due }) => at - due)),
    completeAt: isThere ? Math.max(...arrivals.map(({ at }) => at)) : undefined
  }
}

const mayRecover = ({ findings }: Pick<Judgement, "findings">) => findings.some(finding => finding.mayRecover)

/** Nothing is missing or wrong that may still come right in time. */
export const isComplete = (judgements: ReadonlyArray<Judgement>): boolean => !judgements.some(mayRecover)

const judgeRequest = (seen: Seen, request: Request | undefined): Part => {
  const { creates, messages, requests } = seen
  const subject = "request"
  return {
    owed: request === undefined ? undefined : subject,
    arrivals: [],
    findings: [
      ...(creates > 1 ? [permanent(subject, "doubled", `${creates} creates arrived at Mochi`)] : []),
      ...(creates <= 1 && requests.length > 1
        ? [permanent(subject, "doubled", `${requests.length} requests of one /kudos`)]
        : []),
      ...(request === undefined && messages.length > 0
        ? [permanent(subject, "wrong", "there are messages about a request that does not exist")]
        : []),
      ...amountFindings(seen)
    ]
  }
}

/** The owner has one card. It shows the request's true state, and buttons only while they work. */
const judgeCard = (seen: Seen, request: Request): Part => {
  const subject = "card"
  const cards = seen.messages.filter(({ title }) => title === subject)
  const [card] = cards
  const first = card?.versions[0]
  const last = card?.versions.at(-1)
  if (card === undefined || first === undefined || last === undefined)
    return { owed: subject, findings: [transient(subject, "lost", "the owner has none")], arrivals: [] }
  const since = rightSince(card.versions, request.status)
  const buttons = last.word._tag === "Stands" ? last.word.buttons : 0
  return {
    owed: subject,
    findings: [
      ...(cards.length > 1 ? [permanent(subject, "doubled", `there are ${cards.length}`)] : []),
      ...misplacedFindings(subject, cards, seen.owner),
      ...cards.flatMap(({ versions }) => historyFindings(subject, versions)),
      ...(since === undefined
        ? [transient(subject, "wrong", `it ends as ${wordText(last.word)}, Mochi says ${request.status}`)]
        : buttonFindings(request.status, buttons))
    ],
    arrivals: [
      { subject, what: "it", due: request.createdAt, at: first.at },
      ...(since === undefined || request.settledAt === undefined
        ? []
        : [{ subject, what: "its final state", due: request.settledAt, at: since } as const])
    ]
  }
}

const buttonFindings = (status: Status, buttons: number): ReadonlyArray<Finding> => {
  if (status !== "pending")
    return buttons > 0 ? [transient("card", "wrong", `it reads ${status} and has ${buttons} buttons`)] : []
  return [
    buttons === 0
      ? transient("card", "wrong", "it is pending and cannot be decided")
      : transient("request", "wrong", "it is still pending in the end")
  ]
}

/** One thank-you for each approved request, and none for any other. */
const judgeThanks = (seen: Seen, request: Request | undefined): Part => {
  const subject = "thanks"
  const thanks = seen.messages.filter(({ title }) => title === subject)
  const findings = misplacedFindings(subject, thanks, seen.recipient)
  if (request?.status !== "approved") {
    const state = request?.status ?? "missing"
    return {
      owed: undefined,
      arrivals: [],
      findings:
        thanks.length > 0
          ? [...findings, permanent(subject, "wrong", `for a request that is ${state}`)]
          : findings
    }
  }
  const at = thanks[0]?.versions[0]?.at
  if (at === undefined)
    return { owed: subject, findings: [transient(subject, "lost", "they never came")], arrivals: [] }
  return {
    owed: subject,
    findings:
      thanks.length > 1
        ? [...findings, permanent(subject, "doubled", `there are ${thanks.length}`)]
        : findings,
    arrivals: [{ subject, what: "they", due: request.settledAt ?? request.createdAt, at }]
  }
}
