import { describe, expect, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Exit, Fiber, Option, Redacted, TestClock } from "effect"
import { BotId } from "../../../src/domain/Ids.ts"
import { Messenger } from "../../../src/ports/Messenger.ts"
import { conversationWith } from "../../../src/programs/discord/conversation.ts"
import { still } from "../../../src/programs/features/Conversation.ts"
import type { Drawing } from "../../../src/programs/features/Conversation.ts"
import { screen, sentence } from "../../../src/domain/Screen.ts"
import type { Screen } from "../../../src/domain/Screen.ts"
import { ada, interactionId } from "../../services/mochiWorld.ts"
import { listeningDiscord, limited, refused, taken } from "./listeningDiscord.ts"
import type { Call, Reply } from "./listeningDiscord.ts"

const saying = (text: string): Screen => screen({ tone: "mochi", lines: [sentence([text])] })

const drawn = (shows: string): Drawing => ({ screen: saying(`it is ${shows}`), shows })

/** With Ada, who waits for an answer. */
const conversation = Effect.map(Messenger, messenger =>
  conversationWith(
    messenger,
    {
      id: interactionId,
      bot: Option.some(BotId.make("7")),
      token: Redacted.make("secret-token"),
      userId: ada,
      communityId: Option.none(),
      channelId: Option.none(),
      locale: Option.none(),
      askedAt: DateTime.unsafeMake(0)
    },
    Option.none(),
    () => Effect.void
  )
)

const replace = <E>(first: Drawing, newest?: Effect.Effect<Drawing, E>) =>
  Effect.flatMap(conversation, ({ replace }) => replace(first, newest))

/** Discord answers the edits with these, in turn, and the last of them for ever. */
const inTurn =
  (...edits: ReadonlyArray<Reply>) =>
  ({ call }: Call, count: number) =>
    Effect.succeed(call === "edit" ? (edits[Math.min(count, edits.length) - 1] ?? taken) : taken)

const page = (status: number): Reply => ({ page: status })

/** Runs while a long time passes in small steps; how it ended. */
const passing = <A, E>(work: Effect.Effect<A, E>, seconds: number, step = 1) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(work)
    for (let passed = 0; passed < seconds; passed += step) yield* TestClock.adjust(Duration.seconds(step))
    return yield* Fiber.poll(fiber)
  })

const states = (calls: ReadonlyArray<{ readonly body: string }>) =>
  calls.map(({ body }) => /it is (\w+)/.exec(body)?.[1])

describe("An answer", () => {
  it.effect("is drawn of the newest state at every try but the first (H1)", () =>
    Effect.gen(function* () {
      const { calls, layer } = listeningDiscord(inTurn(page(500), page(403), taken))
      const newest = Effect.succeed(drawn("approved"))
      yield* passing(Effect.provide(replace(drawn("pending"), newest), layer), 5)
      expect(states(calls)).toEqual(["pending", "approved", "approved"])
    })
  )

  it.effect("that was on its way for long is drawn again where the state is another by then (H1)", () =>
    Effect.gen(function* () {
      let state = "pending"
      const { calls, layer } = listeningDiscord(() =>
        Effect.sync(() => {
          state = "approved"
          return taken
        })
      )
      const newest = Effect.sync(() => drawn(state))
      yield* Effect.provide(replace(drawn(state), newest), layer)
      expect(states(calls)).toEqual(["pending", "approved"])
    })
  )

  it.effect("is not drawn for ever of a state that never rests (H1)", () =>
    Effect.gen(function* () {
      const { calls, layer } = listeningDiscord(() => Effect.succeed(taken))
      let count = 0
      const newest = Effect.sync(() => drawn(`s${count++}`))
      yield* Effect.provide(replace(drawn("first"), newest), layer)
      expect(calls).toHaveLength(6)
    })
  )

  it.effect("waits for a state that cannot be read rather than show an old one again (H1)", () =>
    Effect.gen(function* () {
      const { calls, layer } = listeningDiscord(inTurn(page(500), taken))
      let reads = 0
      const newest = Effect.suspend(() => (++reads < 3 ? Effect.fail("down") : Effect.succeed(drawn("new"))))
      yield* passing(Effect.provide(replace(drawn("old"), newest), layer), 10)
      expect(states(calls)).toEqual(["old", "new"])
    })
  )

  it.effect("is tried while the token lives, ever more slowly, and then told by direct message (C2)", () =>
    Effect.gen(function* () {
      const { calls, layer } = listeningDiscord(inTurn(page(503)))
      const end = yield* passing(Effect.provide(replace(still(saying("it is done"))), layer), 16 * 60, 5)
      expect(end._tag).toBe("Some")
      const edits = calls.filter(({ call }) => call === "edit").length
      expect(edits).toBeGreaterThan(40)
      expect(edits).toBeLessThan(140)
      const messages = calls.filter(({ call }) => call === "message")
      expect(messages).toHaveLength(1)
      expect(JSON.parse(messages[0]!.body)).toMatchObject({
        embeds: [{ description: "it is done" }],
        nonce: `a${interactionId}`,
        enforce_nonce: true
      })
    })
  )

  it.effect("is not sent before the moment that a 429 names (C2)", () =>
    Effect.gen(function* () {
      const { calls, layer } = listeningDiscord(inTurn(limited(20), taken))
      const work = Effect.provide(replace(still(saying("x"))), layer)
      expect((yield* passing(work, 19))._tag).toBe("None")
      expect(calls).toHaveLength(1)
      yield* TestClock.adjust("2 seconds")
      expect(calls).toHaveLength(2)
    })
  )

  it.effect("whose 429 outlasts the token goes out as a direct message at once (C2)", () =>
    Effect.gen(function* () {
      const { calls, layer } = listeningDiscord(inTurn(limited(3600)))
      yield* Effect.provide(replace(still(saying("x"))), layer)
      expect(calls.map(({ call }) => call)).toEqual(["edit", "message"])
    })
  )

  for (const code of [10_008, 10_015, 10_062, 50_027]) {
    it.effect(`goes out as a direct message after Discord's ${code}, of the newest state (C2)`, () =>
      Effect.gen(function* () {
        const { calls, layer } = listeningDiscord(inTurn(refused(code)))
        yield* Effect.provide(replace(drawn("pending"), Effect.succeed(drawn("approved"))), layer)
        expect(calls.map(({ call }) => call)).toEqual(["edit", "message"])
        expect(states(calls)).toEqual(["pending", "approved"])
      })
    )
  }

  for (const code of [0, 20_026, 40_002, 40_004, 40_006, 40_333, 130_000]) {
    it.effect(`is tried again after Discord's ${code}, a word on the moment (C2)`, () =>
      Effect.gen(function* () {
        const { calls, layer } = listeningDiscord(inTurn(refused(code, 403), taken))
        yield* passing(Effect.provide(replace(still(saying("x"))), layer), 2)
        expect(calls.map(({ call }) => call)).toEqual(["edit", "edit"])
      })
    )
  }

  it.effect("fails where direct messages are closed too (C2)", () =>
    Effect.gen(function* () {
      const closed = listeningDiscord(inTurn(refused(10_015)), false)
      const failure = yield* Effect.flip(Effect.provide(replace(still(saying("x"))), closed.layer))
      expect(failure._tag).toBe("Unanswered")
      expect(failure.reason).toContain("50007")
      expect(JSON.stringify(failure)).not.toContain("secret-token")
      const refusing = listeningDiscord(calls =>
        Effect.succeed(calls.call === "edit" ? refused(10_015) : refused(50_007, 403))
      )
      const other = yield* Effect.flip(Effect.provide(replace(still(saying("x"))), refusing.layer))
      expect(other.reason).toContain("50007")
      expect(refusing.calls).toHaveLength(2)
    })
  )

  it.effect("that Discord does not take as it is written is a fault of ours (C22)", () =>
    Effect.gen(function* () {
      for (const refusal of [refused(50_035, 400), page(413)]) {
        const { calls, layer } = listeningDiscord(inTurn(refusal))
        const exit = yield* Effect.exit(Effect.provide(replace(still(saying("x"))), layer))
        expect(Exit.isFailure(exit) && exit.cause._tag).toBe("Die")
        expect(calls).toHaveLength(1)
      }
    })
  )

  it.effect("that follows is tried again as well (C2)", () =>
    Effect.gen(function* () {
      const { calls, layer } = listeningDiscord((_, count) => Effect.succeed(count < 3 ? page(429) : taken))
      yield* passing(
        Effect.provide(
          Effect.flatMap(conversation, ({ add }) => add(saying("x"))),
          layer
        ),
        5
      )
      expect(calls).toHaveLength(3)
    })
  )
})
