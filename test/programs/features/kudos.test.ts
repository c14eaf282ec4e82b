import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Ref, TestClock } from "effect"
import { OutcomeUnknown, OverBalance } from "../../../src/domain/Kudos.ts"
import { NoLongerHeld } from "../../../src/ports/KudosIntents.ts"
import { kudos } from "../../../src/programs/features/kudos.ts"
import { KudosAnswers } from "../../../src/programs/features/kudosAnswers.ts"
import { Choices } from "../../../src/services/Choices.ts"
import { KudosRequests } from "../../../src/services/KudosRequests.ts"
import { settings } from "../../adapters/mochi/mochiClients.ts"
import { ada, grace, intent, interactionId, mochiError } from "../../services/mochiWorld.ts"
import { recordingConversation } from "./recordingConversation.ts"

const options = new Map([
  ["application", "123"],
  ["vault", "70011"],
  ["token", "1"],
  ["amount", "10"],
  ["recipient", grace]
])
const input = { subcommand: Option.none(), options, bots: new Set<string>() }

const world = (
  requests: Partial<Omit<KudosRequests, "_tag">>,
  choices: Partial<Omit<Choices, "_tag">> = {}
) =>
  KudosAnswers.Default.pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.mock(KudosRequests, {
          _tag: "mochi/services/KudosRequests",
          requestOf: () => Effect.succeedNone,
          ...requests
        }),
        Layer.mock(Choices, { _tag: "mochi/services/Choices", ...choices }),
        settings("http://127.0.0.1:1")
      )
    )
  )

/** Ada runs `/kudos`; how it ended, and what she was shown. */
const run = (requests: Partial<Omit<KudosRequests, "_tag">>, given = input) =>
  Effect.gen(function* () {
    const { conversation, shown } = recordingConversation(ada)
    const { errand } = yield* kudos.make
    const end = yield* errand(given).run(conversation)
    return { end, shown: shown.map(({ text, way }) => [way, text] as const) }
  }).pipe(Effect.provide(world(requests)))

const created = Effect.succeed({ intent: intent("created"), status: "pending" as const })

describe("/kudos", () => {
  it.effect("shows the request that was created", () =>
    Effect.gen(function* () {
      const { end, shown } = yield* run({ submit: () => created })
      expect(end._tag).toBe("Success")
      expect(shown).toEqual([["replace", expect.stringContaining("Kudos Request Created")]])
    })
  )

  it.effect("shows the status that is stored by then, not the one that Mochi answered", () =>
    Effect.gen(function* () {
      const { shown } = yield* run({
        submit: () => Effect.map(created, kudos => ({ ...kudos, status: "approved" as const }))
      })
      expect(shown[0]?.[1]).toContain("Status: approved")
    })
  )

  it.effect("says what the person can fix, and counts it as no failure", () =>
    Effect.gen(function* () {
      const available = { baseUnits: 5n, decimals: 0 }
      const { end, shown } = yield* run({ submit: () => new OverBalance({ symbol: "USDC", available }) })
      expect(end).toEqual({ _tag: "Refused", reason: "OverBalance" })
      expect(shown).toEqual([["replace", expect.stringContaining("You can send at most 5 USDC as kudos.")]])
    })
  )

  it.effect("says nothing once another process answers", () =>
    Effect.gen(function* () {
      const { end, shown } = yield* run({ submit: () => new NoLongerHeld() })
      expect(end).toEqual({ _tag: "Refused", reason: "NoLongerHeld" })
      expect(shown).toEqual([])
    })
  )

  it.effect("without an option that it needs asks Mochi nothing", () =>
    Effect.gen(function* () {
      const without = new Map([...options].filter(([name]) => name !== "amount"))
      const { end, shown } = yield* run({}, { ...input, options: without })
      expect(end).toEqual({ _tag: "Failed", errorType: "MalformedOptions" })
      expect(shown).toEqual([["replace", expect.stringContaining("Something went wrong")]])
    })
  )

  it.effect("of which Mochi did not say what became of it, says so and looks for it afterwards", () =>
    Effect.gen(function* () {
      const { end, shown } = yield* run({
        submit: () => new OutcomeUnknown({ interactionId }),
        lookAgain: () => Effect.succeedSome({ intent: intent("unknown"), status: "pending" as const })
      })
      expect(end).toEqual({ _tag: "Failed", errorType: "OutcomeUnknown" })
      expect(shown).toEqual([
        ["replace", expect.stringContaining("it may have been created")],
        ["replace", expect.stringContaining("Kudos Request Created")]
      ])
    })
  )
})

describe("Suggestions for /kudos", () => {
  const suggest = (
    choices: Partial<Omit<Choices, "_tag">>,
    focused: string,
    typed: ReadonlyMap<string, string>
  ) =>
    Effect.gen(function* () {
      const work = yield* kudos.make
      return yield* work.suggest?.(ada, { ...input, options: typed }, focused) ?? Effect.dieMessage("none")
    }).pipe(Effect.provide(world({}, choices)))

  it.effect("are empty once their time is over, and when Mochi fails", () =>
    Effect.gen(function* () {
      const slow = yield* Effect.fork(suggest({ applications: () => Effect.never }, "application", new Map()))
      yield* TestClock.adjust("3 seconds")
      expect(yield* Fiber.join(slow)).toEqual({ choices: [], end: { _tag: "TimedOut" } })
      const down = yield* suggest({ applications: () => mochiError("Unavailable") }, "application", new Map())
      expect(down).toEqual({ choices: [], end: { _tag: "Failed", errorType: "Unavailable" } })
    })
  )

  it.effect("for a vault wait for an application", () =>
    Effect.gen(function* () {
      const vaults = () => Effect.dieMessage("nobody may ask")
      expect(yield* suggest({ vaults }, "vault", new Map())).toMatchObject({ choices: [] })
    })
  )
})

describe("After an unknown outcome", () => {
  it.effect("Mochi is asked ever more rarely, and the answer replaced once it shows the request", () =>
    Effect.gen(function* () {
      const looks = yield* Ref.make(0)
      const { conversation, shown } = recordingConversation(ada)
      const requests = world({
        lookAgain: () =>
          Effect.flatMap(
            Ref.updateAndGet(looks, count => count + 1),
            count => {
              if (count === 2) return mochiError("Unavailable")
              return count < 4
                ? Effect.succeedNone
                : Effect.succeedSome({ intent: intent("unknown"), status: "pending" as const })
            }
          )
      })
      const looking = yield* Effect.fork(
        Effect.flatMap(KudosAnswers, ({ keepLooking }) => keepLooking(conversation)).pipe(
          Effect.provide(requests)
        )
      )
      const seen: Array<number> = []
      for (const wait of ["0 seconds", "5 seconds", "15 seconds", "45 seconds"] as const) {
        yield* TestClock.adjust(wait)
        seen.push(yield* Ref.get(looks))
      }
      yield* Fiber.join(looking)
      expect(seen).toEqual([1, 2, 3, 4])
      expect(shown.map(({ text }) => text)).toEqual([expect.stringContaining("Kudos Request Created")])
    })
  )
})
