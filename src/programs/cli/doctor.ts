import { Command } from "@effect/cli"
import { Context, Effect, Stream } from "effect"
import { answeredNo } from "./CommandEnd.ts"
import * as options from "./options.ts"
import { print, printJson } from "./output.ts"

/** What one check of the set-up found. */
export interface Finding {
  readonly check: string
  /** `skipped`: the operator has to fix something else before this check can run. */
  readonly state: "ok" | "failed" | "skipped"
  readonly detail: string
  /** What the operator can do about it. */
  readonly fix?: string
}

/** Checks everything that the service needs: one finding for each check, in a fixed order. */
export class Examination extends Context.Tag("mochi/programs/cli/Examination")<
  Examination,
  Stream.Stream<Finding>
>() {}

export const doctor = Command.make("doctor", { json: options.json }, ({ json }) =>
  Effect.gen(function* () {
    const printed = Stream.tap(yield* Examination, finding => (json ? Effect.void : print(lineOf(finding))))
    const findings = [...(yield* Stream.runCollect(printed))]
    if (json) yield* printJson(findings.map(toJson))
    if (findings.some(({ state }) => state === "failed")) return yield* answeredNo
  })
).pipe(
  Command.withDescription("Say what is wrong with the set-up and how to fix it; exit code 1 if anything is")
)

/** The JSON key stays `mend`: scripts rely on it. */
const toJson = ({ fix, ...finding }: Finding) => (fix === undefined ? finding : { ...finding, mend: fix })

const marks = { ok: "ok   ", failed: "FAIL ", skipped: "-    " } as const

/** On one line. A pattern for spaces before a line's end would start again at each space: `trim` reads them once. */
export const lineOf = ({ check, detail, fix, state }: Finding): string =>
  `${marks[state]} ${check.padEnd(16)} ${detail}${fix === undefined ? "" : `. ${fix}`}`
    .split("\n")
    .map(line => line.trim())
    .filter(line => line !== "")
    .join("; ")
