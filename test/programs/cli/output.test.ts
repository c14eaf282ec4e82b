import { describe, expect, it } from "@effect/vitest"
import { Cause, Console, Effect, Option } from "effect"
import { failed, lastWords } from "../../../src/programs/cli/CommandEnd.ts"
import { plain, print, printJson, table } from "../../../src/programs/cli/output.ts"

const hostile = "A\u001b[31m\u009b2J\u202e\u200b\u{e0041}\u2028B"
const steering = /[[\p{Cc}\p{Cf}\u2028\u2029]--\n]/v

/** What `work` writes to stdout. */
const written = (work: Effect.Effect<void>) =>
  Console.consoleWith(usual => {
    const said: Array<unknown> = []
    const console = {
      ...usual,
      log: (...texts: ReadonlyArray<unknown>) => Effect.sync(() => said.push(...texts))
    }
    return Effect.map(Effect.withConsole(work, console), () => said.join("\n"))
  })

describe("What an operator reads in a terminal", () => {
  it.effect("steers nothing, wherever it comes from (A26)", () =>
    Effect.gen(function* () {
      const shown = yield* written(print(table(["CODE"], [[plain(`${hostile}\n`)], [hostile]])))
      expect(shown).not.toMatch(steering)
      expect(shown.split("\n")).toHaveLength(3)
      expect(shown).toContain("A\\u001b[31m\\u009b2J\\u202e\\u200b\\udb40\\udc41\\u2028B")
    })
  )

  it.effect("as JSON says what it said (A26)", () =>
    Effect.gen(function* () {
      const shown = yield* written(printJson({ code: hostile }))
      expect(shown).not.toMatch(steering)
      expect(JSON.parse(shown)).toEqual({ code: hostile })
    })
  )

  it("nor do its last words (A26)", () => {
    const said = Option.getOrThrow(lastWords(Cause.fail(failed(`one\ntwo ${hostile}`))))
    expect(said).not.toMatch(steering)
    expect(said.split("\n")).toHaveLength(2)
    expect(Option.getOrThrow(lastWords(Cause.die(new Error(hostile))))).not.toMatch(steering)
  })
})
