import type { Status, Title, Word } from "./reading.ts"

/** All times are milliseconds of one clock. */
export interface Version {
  readonly at: number
  readonly word: Word
}

/** A message of the bot's own, with every face that it has had, oldest first. */
export interface Sighting {
  readonly title: Title
  /** The name of the person whose DM it is in, or of the channel. */
  readonly place: string
  readonly versions: ReadonlyArray<Version>
}

export interface Request {
  readonly code: string
  /** Never `settled`: Mochi knows. */
  readonly status: Status
  readonly createdAt: number
  readonly settledAt: number | undefined
}

/** Everything that can be seen of one `/kudos`. */
export interface Seen {
  readonly index: number
  readonly sender: string
  readonly recipient: string
  readonly owner: string
  readonly amount: string
  readonly sentAt: number
  /** Where not, Discord itself told the person that there was no answer. */
  readonly acknowledged: boolean
  /** How often a create with this interaction's id arrived at Mochi, whatever it was answered. */
  readonly creates: number
  readonly requests: ReadonlyArray<Request>
  /** What the sender's own answer has said so far; empty where there is none. */
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
  /** Whether it may still come right by waiting. */
  readonly mayMend: boolean
}

export const permanent = (subject: Subject, fault: Finding["fault"], why: string): Finding => ({
  subject,
  fault,
  why,
  mayMend: false
})

export const mending = (subject: Subject, fault: Finding["fault"], why: string): Finding => ({
  ...permanent(subject, fault, why),
  mayMend: true
})

export interface Limits {
  /** Nothing counts as late that is there so many milliseconds after it came to be owed, */
  readonly within: number
  /** or after this, when the last process was killed. */
  readonly lastKill: number
}
