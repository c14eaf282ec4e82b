import { CliConfig, Command } from "@effect/cli"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { expect, it } from "@effect/vitest"
import { Console, DateTime, Effect, Layer, Stream } from "effect"
import { UserId } from "../../../src/domain/Ids.ts"
import { Operator } from "../../../src/programs/cli/Operator.ts"
import { privacy } from "../../../src/programs/cli/privacy.ts"
import { Privacy } from "../../../src/services/Privacy.ts"

const id = UserId.make("184027593016284160")

/** Runs a command at a terminal at which somebody types `typed`, or without a terminal. */
const run = (typed: string | undefined, args: ReadonlyArray<string>, given: Partial<Privacy> = {}) =>
  Effect.gen(function* () {
    const erased: Array<string> = []
    const asked: Array<string> = []
    const printed: Array<string> = []
    const service = Layer.mock(Privacy, {
      _tag: "mochi/services/Privacy",
      erase: person =>
        Effect.sync(() => {
          erased.push(person)
          return { rows: { people: 1 }, mochiAsked: true, isComplete: true }
        }),
      ...given
    })
    const ended = yield* Command.run(privacy, { name: "cli", version: "0" })(["node", "cli", ...args]).pipe(
      Effect.provide(Layer.mergeAll(service, NodeContext.layer, CliConfig.layer({ showBuiltIns: false }))),
      Effect.provideService(Operator, {
        canAsk: typed !== undefined,
        ask: question =>
          Effect.sync(() => {
            asked.push(question)
            return typed ?? ""
          })
      }),
      Effect.either,
      work =>
        Console.consoleWith(console =>
          Console.withConsole(work, {
            ...console,
            log: (...said) => Effect.sync(() => printed.push(said.join(" ")))
          })
        )
    )
    return { ended, erased, asked: asked.join(), printed: printed.join("\n") }
  })

it.live("privacy delete asks at a terminal, and erases only on a yes (N14)", () =>
  Effect.gen(function* () {
    for (const typed of ["y", "YES", " yes "]) {
      const { asked, erased } = yield* run(typed, ["delete", id])
      expect(asked).toContain(`Erase what is stored about ${id}? It cannot be undone.`)
      expect(erased).toEqual([id])
    }
    for (const typed of ["", "n", "no", "yesterday", id]) {
      const { ended, erased, printed } = yield* run(typed, ["delete", id])
      expect([erased, printed, ended._tag]).toEqual([[], "", "Left"])
      expect(JSON.stringify(ended)).toContain("Nothing was erased")
    }
  })
)

it.live("privacy delete does not ask with --yes, nor where nobody could answer (N14)", () =>
  Effect.gen(function* () {
    for (const [typed, args] of [
      ["n", ["delete", "--yes", id]],
      [undefined, ["delete", id]],
      [undefined, ["delete", "--yes", "--json", id]]
    ] as const) {
      const { asked, erased } = yield* run(typed, args)
      expect([asked, erased]).toEqual(["", [id]])
    }
  })
)

it.live("privacy export prints row by row, and what it prints is JSON (A6)", () =>
  Effect.gen(function* () {
    const rows = (count: number) =>
      Stream.map(Stream.range(1, count), number => JSON.stringify({ number, text: "a\nb" }))
    const { printed } = yield* run(undefined, ["export", id], {
      exportOf: person =>
        Effect.succeed({
          userId: person,
          profileIds: [],
          exportedAt: DateTime.unsafeMake(0),
          stored: [
            { table: "people", rows: Stream.empty },
            { table: "interactions", rows: rows(300) },
            { table: "rate_limits", rows: rows(1) }
          ]
        })
    })
    const parsed = JSON.parse(printed)
    expect(parsed).toMatchObject({ discord_user_id: id, mochi_profile_ids: [], stored: { people: [] } })
    expect(parsed.stored.interactions).toHaveLength(300)
    expect(parsed.stored.interactions[299]).toEqual({ number: 300, text: "a\nb" })
    expect(parsed.stored.rate_limits).toHaveLength(1)
  })
)
