import { permanent } from "./seen.ts"
import type { Finding, Limits, Sighting, Subject } from "./seen.ts"
import { seconds } from "./wording.ts"

/** Something that was owed and came. */
interface Arrival {
  readonly subject: Subject
  readonly what: string
  readonly due: number
  readonly at: number
}

export interface Part {
  /** Undefined if nothing is owed. */
  readonly owed: Subject | undefined
  readonly findings: ReadonlyArray<Finding>
  readonly arrivals: ReadonlyArray<Arrival>
}

export const latenessOf = ({ at, due, subject, what }: Arrival, { lastKill, within }: Limits) =>
  at <= Math.max(due, lastKill) + within
    ? []
    : [permanent(subject, "late", `${what} came ${seconds(at - due)} after it was owed`)]

/** Messages that went to somebody other than their reader. */
export const misplacedFindings = (subject: Subject, messages: ReadonlyArray<Sighting>, reader: string) =>
  messages.flatMap(({ place }) =>
    place === reader ? [] : [permanent(subject, "wrong", `it went to ${place}, not to ${reader}`)]
  )
