import { CliConfig, Command } from "@effect/cli"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { expect, it } from "@effect/vitest"
import { Console, Effect, Either, Layer, Stream } from "effect"
import { doctor, Examination } from "../../../src/programs/cli/doctor.ts"
import type { Finding } from "../../../src/programs/cli/doctor.ts"

const findings: ReadonlyArray<Finding> = [
  { check: "config", state: "ok", detail: "every variable is well-formed" },
  { check: "gateway", state: "failed", detail: "no greeting", fix: "Try again later" }
]

const run = (found: ReadonlyArray<Finding>, args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const printed: Array<string> = []
    const end = yield* Command.run(doctor, { name: "cli", version: "0" })(["node", "cli", ...args]).pipe(
      Effect.provide(
        Layer.mergeAll(
          Layer.succeed(Examination, Stream.fromIterable(found)),
          NodeContext.layer,
          CliConfig.layer({ showBuiltIns: false })
        )
      ),
      Effect.either,
      work =>
        Console.consoleWith(console =>
          Console.withConsole(work, {
            ...console,
            log: (...said) => Effect.sync(() => printed.push(said.join(" ")))
          })
        )
    )
    return { end, printed: printed.join("\n") }
  })

it.live("doctor prints a line for each check, with what to do about it, and fails if one fails", () =>
  Effect.gen(function* () {
    const { end, printed } = yield* run(findings, [])
    expect(printed.split("\n")).toEqual([
      "ok    config           every variable is well-formed",
      "FAIL  gateway          no greeting. Try again later"
    ])
    expect(Either.flip(end)).toMatchObject({ right: { exitCode: 1 } })
    expect(Either.isRight((yield* run(findings.slice(0, 1), [])).end)).toBe(true)
  })
)

it.live("doctor --json names what to do about it by the key that scripts know", () =>
  Effect.gen(function* () {
    const { printed } = yield* run(findings, ["--json"])
    expect(JSON.parse(printed)).toEqual([
      { check: "config", state: "ok", detail: "every variable is well-formed" },
      { check: "gateway", state: "failed", detail: "no greeting", mend: "Try again later" }
    ])
  })
)
