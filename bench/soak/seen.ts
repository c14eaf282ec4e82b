import type { Status, Title, Word } from "./reading.ts"

/** All times are milliseconds of one clock. */
export interface Version {
  readonly at: number
  readonly word: Word
}

/** A message that the bot sent by itself, with all its versions, oldest first. */
export interface Sighting {
  readonly title: Title
  /** The channel's name; for a DM, the person's name. */
  readonly place: string
  readonly versions: ReadonlyArray<Version>
}

export interface Request {
  readonly code: string
  /** Never `settled`: Mochi knows the outcome. */
  readonly status: Status
  readonly createdAt: number
  readonly settledAt: number | undefined
}

/** Everything that people and Mochi saw of one `/kudos`. */
export interface Seen {
  readonly index: number
  readonly sender: string
  readonly recipient: string
  readonly owner: string
  readonly amount: string
  readonly sentAt: number
  /** If not, Discord told the person that the application did not respond. */
  readonly acknowledged: boolean
  /** How often a create with this interaction's id arrived at Mochi, whatever Mochi answered. */
  readonly creates: number
  readonly requests: ReadonlyArray<Request>
  /** The versions of the answer to the sender's command; empty if there is none. */
  readonly answer: ReadonlyArray<Version>
  readonly messages: ReadonlyArray<Sighting>
}

export const faults = ["lost", "doubled", "wrong", "late"] as const
export type Fault = (typeof faults)[number]

export const subjects = ["request", "card", "answer", "status", "thanks"] as const
export type Subject = (typeof subjects)[number]

export interface Finding {
  readonly subject: Subject
  readonly fault: Fault
  readonly why: string
  /** Whether it may still come right in time. */
  readonly mayRecover: boolean
}

export const permanent = (subject: Subject, fault: Finding["fault"], why: string): Finding => ({
  subject,
  fault,
  why,
  mayRecover: false
})

export const transient = (subject: Subject, fault: Finding["fault"], why: string): Finding => ({
  ...permanent(subject, fault, why),
  mayRecover: true
})

export interface Limits {
  /** A thing is late if it comes later than this, in milliseconds, after it was owed */
  readonly within: number
  /** and after the last kill, which was at this time. */
  readonly lastKill: number
}
