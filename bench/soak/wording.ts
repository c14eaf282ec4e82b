import type { Status, Word } from "./reading.ts"
import { permanent } from "./seen.ts"
import type { Finding, Seen, Subject, Version } from "./seen.ts"

/** The statuses of a message over time: it never moves backwards, and has one final status. */
export const historyFindings = (
  subject: Subject,
  versions: ReadonlyArray<Version>
): ReadonlyArray<Finding> => {
  const said = versions.flatMap(({ word }) => statusIn(word) ?? [])
  const end = said.findIndex(status => status !== "pending")
  const ends = [...new Set(said.filter(status => status !== "pending" && status !== "settled"))]
  return [
    ...(end >= 0 && said.slice(end).includes("pending")
      ? [permanent(subject, "wrong", `it moved backwards: ${said.join(", ")}`)]
      : []),
    ...(ends.length > 1 ? [permanent(subject, "wrong", `it said ${ends.join(", then ")}`)] : [])
  ]
}

/** No message names an amount other than the one that the sender asked for. */
export const amountFindings = ({ amount, answer, messages }: Seen): ReadonlyArray<Finding> =>
  [...messages.flatMap(({ versions }) => versions), ...answer]
    .flatMap(({ word }) => (word._tag === "Stands" ? word.amounts : []))
    .filter(named => named !== amount)
    .slice(0, 1)
    .map(named => permanent("request", "wrong", `a message names ${named}, the sender asked for ${amount}`))

export const statusIn = (word: Word): Status | undefined => (word._tag === "Stands" ? word.status : undefined)

/** Since when the message has said this; undefined while it says something else. */
export const rightSince = (versions: ReadonlyArray<Version>, status: Status): number | undefined => {
  const lastOther = versions.findLastIndex(({ word }) => statusIn(word) !== status)
  return versions[lastOther + 1]?.at
}

export const wordText = (word: Word): string => {
  switch (word._tag) {
    case "Thinking":
      return "thinking"
    case "MayExist":
      return "“may have been created”"
    case "Stands":
      return word.status
    case "Refusal":
      return `“${firstLine(word.text)}”`
  }
}

export const firstLine = (text: string): string => text.trim().split("\n")[0]?.slice(0, 100) ?? ""

export const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`
