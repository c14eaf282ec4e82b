import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Redacted, TestClock } from "effect"
import { editAnswer, editDrawnAnswer, followUp } from "../../../src/programs/discord/answers.ts"
import type { Drawing } from "../../../src/programs/discord/answerEdit.ts"
import { message } from "../../../src/views/Message.ts"
import { ada, interactionId } from "../../services/mochiWorld.ts"
import { discordHeard, limited, refused, taken } from "./discordHeard.ts"
import type { Heard, Reply } from "./discordHeard.ts"

const address = { id: interactionId, botId: "7", token: Redacted.make("secret-token"), userId: ada }

const drawn = (shows: string): Drawing => ({ message: message({ content: `it is ${shows}` }), shows })

/** Discord answers the edits with these, in turn, and the last of them for ever. */
const inTurn =
  (...edits: ReadonlyArray<Reply>) =>
  ({ call }: Heard, count: number) =>
    Effect.succeed(call === "edit" ? (edits[Math.min(count, edits.length) - 1] ?? taken) : taken)

const page = (status: number): Reply => ({ page: status })

/** Runs while a long time passes in small steps; how it ended. */
const passing = <A, E>(work: Effect.Effect<A, E>, seconds: number, step = 1) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(work)
    for (let passed = 0; passed < seconds; passed += step) yield* TestClock.adjust(Duration.seconds(step))
    return yield* Fiber.poll(fiber)
  })

const states = (heard: ReadonlyArray<{ readonly body: string }>) =>
  heard.map(({ body }) => /it is (\w+)/.exec(body)?.[1])

describe("An answer", () => {
  it.effect("is drawn of the newest state at every try but the first (H1)", () =>
    Effect.gen(function* () {
      const { heard, layer } = discordHeard(inTurn(page(500), page(403), taken))
      const newest = Effect.succeed(drawn("approved"))
      yield* passing(Effect.provide(editDrawnAnswer(address, drawn("pending"), newest), layer), 5)
      expect(states(heard)).toEqual(["pending", "approved", "approved"])
    })
  )

  it.effect("that was on its way for long is drawn again where the state is another by then (H1)", () =>
    Effect.gen(function* () {
      let state = "pending"
      const { heard, layer } = discordHeard(() =>
        Effect.sync(() => {
          state = "approved"
          return taken
        })
      )
      const newest = Effect.sync(() => drawn(state))
      yield* Effect.provide(editDrawnAnswer(address, drawn(state), newest), layer)
      expect(states(heard)).toEqual(["pending", "approved"])
    })
  )

  it.effect("is not drawn for ever of a state that never rests (H1)", () =>
    Effect.gen(function* () {
      const { heard, layer } = discordHeard(() => Effect.succeed(taken))
      let count = 0
      const newest = Effect.sync(() => drawn(`s${count++}`))
      yield* Effect.provide(editDrawnAnswer(address, drawn("first"), newest), layer)
      expect(heard).toHaveLength(6)
    })
  )

  it.effect("waits for a state that cannot be read rather than show an old one again (H1)", () =>
    Effect.gen(function* () {
      const { heard, layer } = discordHeard(inTurn(page(500), taken))
      let reads = 0
      const newest = Effect.suspend(() => (++reads < 3 ? Effect.fail("down") : Effect.succeed(drawn("new"))))
      yield* passing(Effect.provide(editDrawnAnswer(address, drawn("old"), newest), layer), 10)
      expect(states(heard)).toEqual(["old", "new"])
    })
  )

  it.effect("is tried while the token lives, ever more slowly, and then told by direct message (C2)", () =>
    Effect.gen(function* () {
      const { heard, layer } = discordHeard(inTurn(page(503)))
      const end = yield* passing(
        Effect.provide(editAnswer(address, message({ content: "it is done" })), layer),
        16 * 60,
        5
      )
      expect(end._tag).toBe("Some")
      const edits = heard.filter(({ call }) => call === "edit").length
      expect(edits).toBeGreaterThan(40)
      expect(edits).toBeLessThan(140)
      const messages = heard.filter(({ call }) => call === "message")
      expect(messages).toHaveLength(1)
      expect(JSON.parse(messages[0]!.body)).toMatchObject({
        content: "it is done",
        nonce: `a${interactionId}`,
        enforce_nonce: true
      })
    })
  )

  it.effect("is not sent before the moment that a 429 names (C2)", () =>
    Effect.gen(function* () {
      const { heard, layer } = discordHeard(inTurn(limited(20), taken))
      const work = Effect.provide(editAnswer(address, message({ content: "x" })), layer)
      expect((yield* passing(work, 19))._tag).toBe("None")
      expect(heard).toHaveLength(1)
      yield* TestClock.adjust("2 seconds")
      expect(heard).toHaveLength(2)
    })
  )

  it.effect("whose 429 outlasts the token goes out as a direct message at once (C2)", () =>
    Effect.gen(function* () {
      const { heard, layer } = discordHeard(inTurn(limited(3600)))
      yield* Effect.provide(editAnswer(address, message({ content: "x" })), layer)
      expect(heard.map(({ call }) => call)).toEqual(["edit", "message"])
    })
  )

  for (const code of [10_008, 10_015, 10_062, 50_027]) {
    it.effect(`goes out as a direct message after Discord's ${code}, of the newest state (C2)`, () =>
      Effect.gen(function* () {
        const { heard, layer } = discordHeard(inTurn(refused(code)))
        yield* Effect.provide(
          editDrawnAnswer(address, drawn("pending"), Effect.succeed(drawn("approved"))),
          layer
        )
        expect(heard.map(({ call }) => call)).toEqual(["edit", "message"])
        expect(states(heard)).toEqual(["pending", "approved"])
      })
    )
  }

  for (const code of [0, 20_026, 40_002, 40_004, 40_006, 40_333, 130_000]) {
    it.effect(`is tried again after Discord's ${code}, a word on the moment (C2)`, () =>
      Effect.gen(function* () {
        const { heard, layer } = discordHeard(inTurn(refused(code, 403), taken))
        yield* passing(Effect.provide(editAnswer(address, message({ content: "x" })), layer), 2)
        expect(heard.map(({ call }) => call)).toEqual(["edit", "edit"])
      })
    )
  }

  it.effect("fails where direct messages are closed too (C2)", () =>
    Effect.gen(function* () {
      const closed = discordHeard(inTurn(refused(10_015)), false)
      const failure = yield* Effect.flip(
        Effect.provide(editAnswer(address, message({ content: "x" })), closed.layer)
      )
      expect(failure._tag).toBe("Unanswered")
      expect(failure.reason).toContain("50007")
      expect(JSON.stringify(failure)).not.toContain("secret-token")
      const refusing = discordHeard(heard =>
        Effect.succeed(heard.call === "edit" ? refused(10_015) : refused(50_007, 403))
      )
      const other = yield* Effect.flip(
        Effect.provide(editAnswer(address, message({ content: "x" })), refusing.layer)
      )
      expect(other.reason).toContain("50007")
      expect(refusing.heard).toHaveLength(2)
    })
  )

  it.effect("that Discord does not take as it is written is a fault of ours (C22)", () =>
    Effect.gen(function* () {
      for (const refusal of [refused(50_035, 400), page(413)]) {
        const { heard, layer } = discordHeard(inTurn(refusal))
        const exit = yield* Effect.exit(Effect.provide(editAnswer(address, message({ content: "x" })), layer))
        expect(Exit.isFailure(exit) && exit.cause._tag).toBe("Die")
        expect(heard).toHaveLength(1)
      }
    })
  )

  it.effect("that follows is tried again as well (C2)", () =>
    Effect.gen(function* () {
      const { heard, layer } = discordHeard((_, count) => Effect.succeed(count < 3 ? page(429) : taken))
      yield* passing(Effect.provide(followUp(address, message({ content: "x" })), layer), 5)
      expect(heard).toHaveLength(3)
    })
  )
})
