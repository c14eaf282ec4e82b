import { isComplete } from "./oracle.ts"
import type { Judgement } from "./oracle.ts"
import type { Outcome } from "./run.ts"
import { faults, subjects } from "./seen.ts"
import type { Fault, Subject } from "./seen.ts"

export type Counts = Readonly<Record<"sent" | Fault, number>>

export interface Report {
  readonly seed: number
  readonly minutes: number
  readonly kills: number
  readonly counts: Counts
  readonly subjects: Readonly<Record<Subject, Counts>>
  /** How many `/kudos` Discord reported as not answered in time, and how many requests Mochi has from them. */
  readonly unanswered: { readonly kudos: number; readonly requests: number }
  /** Seconds from the last kill until nothing was missing; null while something still is. */
  readonly completeAfter: number | null
  /** The longest time from owed to shown, in seconds. */
  readonly slowest: number
  /** How often each trouble struck. */
  readonly struck: Readonly<Record<string, number>>
  readonly findings: ReadonlyArray<{
    readonly code: string | null
    readonly kudos: number
    readonly amount: string
    readonly who: string
    readonly subject: Subject
    readonly fault: Fault
    readonly why: string
  }>
  /** Exit codes and signals of the service when the soak had not killed it. */
  readonly ended: ReadonlyArray<string>
  readonly strays: ReadonlyArray<string>
}

export interface Frame {
  readonly seed: number
  readonly minutes: number
}

export const reportOf = (
  { ended, judgements, killedAt, strays }: Pick<Outcome, "ended" | "judgements" | "killedAt" | "strays">,
  struck: Report["struck"],
  { minutes, seed }: Frame
): Report => {
  const rowOf = (subject: Subject) => countsOf(judgements, found => found === subject)
  const unanswered = judgements.filter(({ seen }) => !seen.acknowledged)
  const lastKill = Math.max(...killedAt)
  const completeAt = Math.max(lastKill, ...judgements.flatMap(judged => judged.completeAt ?? []))
  return {
    seed,
    minutes,
    kills: killedAt.length,
    counts: countsOf(judgements, () => true),
    subjects: {
      request: rowOf("request"),
      card: rowOf("card"),
      answer: rowOf("answer"),
      status: rowOf("status"),
      thanks: rowOf("thanks")
    },
    unanswered: {
      kudos: unanswered.length,
      requests: unanswered.filter(({ seen }) => seen.requests.length > 0).length
    },
    completeAfter: isComplete(judgements) ? (completeAt - lastKill) / 1000 : null,
    slowest: Math.max(0, ...judgements.map(({ slowest }) => slowest)) / 1000,
    struck,
    findings: judgements.flatMap(({ findings, seen }) =>
      findings.map(({ fault, subject, why }) => ({
        code: seen.requests[0]?.code ?? null,
        kudos: seen.index,
        amount: seen.amount,
        who: `${seen.sender} → ${seen.recipient}, owner ${seen.owner}`,
        subject,
        fault,
        why
      }))
    ),
    ended,
    strays
  }
}

/** A soak that sent nothing proves nothing. */
export const isClean = ({ counts, ended, kills, subjects: rows }: Report): boolean =>
  kills > 0 && rows.request.sent > 0 && ended.length === 0 && faults.every(fault => counts[fault] === 0)

const countsOf = (judgements: ReadonlyArray<Judgement>, wanted: (subject: Subject) => boolean): Counts => {
  /** A subject counts once, however many findings it has. */
  const count = (fault: Fault) =>
    judgements
      .flatMap(({ findings }) => [
        ...new Set(findings.filter(found => found.fault === fault).map(({ subject }) => subject))
      ])
      .filter(wanted).length
  return {
    sent: judgements.flatMap(({ owed }) => owed).filter(wanted).length,
    lost: count("lost"),
    doubled: count("doubled"),
    wrong: count("wrong"),
    late: count("late")
  }
}

const names: Readonly<Record<Subject, string>> = {
  request: "requests at Mochi",
  card: "owners' cards",
  answer: "answers to /kudos",
  status: "final words to requesters",
  thanks: "thanks to recipients"
}

export const drawReport = (report: Report): string => {
  const columns = ["sent", ...faults] as const
  const rows = [
    ["", ...columns],
    ...subjects.map(subject => [
      names[subject],
      ...columns.map(column => String(report.subjects[subject][column]))
    ]),
    ["in all", ...columns.map(column => String(report.counts[column]))]
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  const table = rows.map(row =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
      )
      .join("  ")
  )
  const findings = report.findings.map(
    ({ amount, code, fault, kudos, subject, who, why }) =>
      `  ${fault}: ${names[subject]}: ${why} (${code ?? "no request"}, /kudos ${kudos}, ${amount}, ${who})`
  )
  return [
    `Soak of ${report.minutes} min with seed ${report.seed}: ${report.kills} kills`,
    "",
    ...table,
    "",
    `Not answered within Discord's 3 seconds: ${report.unanswered.kudos} /kudos, of which Mochi has ${report.unanswered.requests} requests.`,
    report.completeAfter === null
      ? "Something that was owed never came."
      : `The last thing that was owed came ${report.completeAfter.toFixed(1)} s after the last kill, the slowest ${report.slowest.toFixed(1)} s after it was owed.`,
    `Struck: ${Object.entries(report.struck)
      .map(([what, times]) => `${times} ${what}`)
      .join(", ")}.`,
    ...(report.ended.length > 0 ? [`The service ended by itself: ${report.ended.join(", ")}`] : []),
    ...(report.strays.length > 0
      ? ["Messages about no request:", ...report.strays.map(line => `  ${line}`)]
      : []),
    ...(findings.length > 0 ? ["", "What differs:", ...findings] : [])
  ].join("\n")
}
