import { Command } from "@effect/cli"
import { Context, Effect, Stream } from "effect"
import { answeredNo } from "../Ended.ts"
import * as options from "../options.ts"
import { print, printJson } from "../output.ts"

/** What one look at the set-up found. */
export interface Finding {
  readonly check: string
  /** `skipped`: something else has to be mended before it can be looked at. */
  readonly state: "ok" | "failed" | "skipped"
  readonly detail: string
  /** What to do about it. */
  readonly mend?: string
}

/** Looks at everything that the service needs, one finding a check, in a fixed order. */
export class Examination extends Context.Tag("mochi/programs/cli/Examination")<
  Examination,
  Stream.Stream<Finding>
>() {}

export const doctor = Command.make("doctor", { json: options.json }, ({ json }) =>
  Effect.gen(function* () {
    const looked = Stream.tap(yield* Examination, finding => (json ? Effect.void : print(lineOf(finding))))
    const findings = [...(yield* Stream.runCollect(looked))]
    if (json) yield* printJson(findings)
    if (findings.some(({ state }) => state === "failed")) return yield* answeredNo
  })
).pipe(
  Command.withDescription("Say what is wrong with the set-up and how to mend it; exit code 1 if anything is")
)

const marks = { ok: "ok   ", failed: "FAIL ", skipped: "-    " } as const

/** On one line; a pattern that looks for spaces before a line's end would begin anew at each of them. */
export const lineOf = ({ check, detail, mend, state }: Finding): string =>
  `${marks[state]} ${check.padEnd(16)} ${detail}${mend === undefined ? "" : `. ${mend}`}`
    .split("\n")
    .map(line => line.trim())
    .filter(line => line !== "")
    .join("; ")
