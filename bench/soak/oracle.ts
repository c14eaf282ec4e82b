/**
 * What people saw against what is true at Mochi, judged from outside: it knows the two fakes and nothing of the service.
 * Of every request the card once, of every status one word to the requester, of every approval one thank-you.
 */
import { latenessOf, strangers } from "./part.ts"
import type { Part } from "./part.ts"
import type { Status } from "./reading.ts"
import { judgeAnswer, judgeStatus } from "./requesterParts.ts"
import { mending, permanent } from "./seen.ts"
import type { Finding, Limits, Request, Seen, Subject } from "./seen.ts"
import { amountFindings, rightSince, spoken, wayFindings } from "./wording.ts"

export interface Judgement {
  readonly seen: Seen
  /** What there was to be shown, each counted once. */
  readonly owed: ReadonlyArray<Subject>
  readonly findings: ReadonlyArray<Finding>
  /** When the last thing that was owed was there; undefined while something is missing, or nothing was owed. */
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
  const isThere = arrivals.length > 0 && !mayMend({ findings })
  return {
    seen,
    owed: parts.flatMap(({ owed }) => (owed === undefined ? [] : [owed])),
    findings,
    slowest: Math.max(0, ...arrivals.map(({ at, due }) => at - due)),
    completeAt: isThere ? Math.max(...arrivals.map(({ at }) => at)) : undefined
  }
}

const mayMend = ({ findings }: Pick<Judgement, "findings">) => findings.some(finding => finding.mayMend)

/** Nothing is missing or wrong that may still come right by waiting. */
export const isComplete = (judgements: ReadonlyArray<Judgement>): boolean => !judgements.some(mayMend)

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
        ? [permanent(subject, "wrong", "there are messages about a request that is not there")]
        : []),
      ...amountFindings(seen)
    ]
  }
}

/** One card, with its owner, in the request's true state, and no button that lies. */
const judgeCard = (seen: Seen, request: Request): Part => {
  const subject = "card"
  const cards = seen.messages.filter(({ title }) => title === subject)
  const [card] = cards
  const first = card?.versions[0]
  const last = card?.versions.at(-1)
  if (card === undefined || first === undefined || last === undefined)
    return { owed: subject, findings: [mending(subject, "lost", "the owner has none")], arrivals: [] }
  const since = rightSince(card.versions, request.status)
  const buttons = last.word._tag === "Stands" ? last.word.buttons : 0
  return {
    owed: subject,
    findings: [
      ...(cards.length > 1 ? [permanent(subject, "doubled", `there are ${cards.length}`)] : []),
      ...strangers(subject, cards, seen.owner),
      ...cards.flatMap(({ versions }) => wayFindings(subject, versions)),
      ...(since === undefined
        ? [mending(subject, "wrong", `it ends as ${spoken(last.word)}, Mochi says ${request.status}`)]
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
    return buttons > 0 ? [mending("card", "wrong", `it reads ${status} and has ${buttons} buttons`)] : []
  return [
    buttons === 0
      ? mending("card", "wrong", "it is pending and cannot be decided")
      : mending("request", "wrong", "it is still pending in the end")
  ]
}

/** One thank-you for what was approved, and none for anything else. */
const judgeThanks = (seen: Seen, request: Request | undefined): Part => {
  const subject = "thanks"
  const thanks = seen.messages.filter(({ title }) => title === subject)
  const findings = strangers(subject, thanks, seen.recipient)
  if (request?.status !== "approved") {
    const state = request?.status ?? "not there"
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
    return { owed: subject, findings: [mending(subject, "lost", "they never came")], arrivals: [] }
  return {
    owed: subject,
    findings:
      thanks.length > 1
        ? [...findings, permanent(subject, "doubled", `there are ${thanks.length}`)]
        : findings,
    arrivals: [{ subject, what: "they", due: request.settledAt ?? request.createdAt, at }]
  }
}
