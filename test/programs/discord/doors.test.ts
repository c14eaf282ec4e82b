import { expect, layer } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { faultsOfFirst, gatewayDoor, httpDoor, OpenDoor } from "./doors.ts"
import type { Door } from "./doors.ts"
import { echo } from "./echo.ts"
import { runsOf, sendEcho, statuses, untilAnswered, untilRun } from "./sendEcho.ts"

const text = '日本語 👩‍👩‍👧‍👦 \ud800 " \\ *'

/** Data of an interaction, and the whole first answer to it. A ping comes over HTTP alone. */
const kinds = [
  ["a command", 2, echo, { type: 5, data: { flags: 64 } }],
  ["a button", 3, { custom_id: "approve-ABC-123" }, { type: 6 }],
  [
    "a button that is not ours",
    3,
    { custom_id: "hello" },
    {
      type: 4,
      data: {
        content: "",
        embeds: [
          {
            color: expect.any(Number),
            description: "This is no longer valid.",
            footer: { text: expect.stringMatching(/^Reference [0-9a-f]{32}$/) }
          }
        ],
        components: [],
        allowed_mentions: { parse: [], users: [] },
        flags: 64
      }
    }
  ],
  [
    "what is being typed, to the character",
    4,
    { ...echo, options: [{ name: "text", type: 3, value: text, focused: true }] },
    { type: 8, data: { choices: [{ name: `typed ${text}`, value: "1" }] } }
  ]
] as const

const runs = ({ events }: Door) => events.filter(event => event.startsWith("runs")).length

/** `taken`: how a first answer ends. `twice`: those to an interaction that was delivered twice. */
const suite =
  (taken: number, twice: ReadonlyArray<number>) =>
  (it: Vitest.MethodsNonLive<OpenDoor, true>): void => {
    it.effect.each(kinds)(
      "gives the first answer to %s as Discord's document wants it",
      ([, type, data, first]) =>
        Effect.gen(function* () {
          const door = yield* OpenDoor
          const { envelope, interaction } = door.open(type)
          yield* door.send({ ...envelope, data })
          yield* untilAnswered(door, interaction)
          expect(door.repliesTo(interaction)).toEqual([{ status: taken, body: first }])
          expect(faultsOfFirst(door.repliesTo(interaction)[0]?.body)).toEqual([])
        })
    )

    it.effect("works on after the first answer, and shows the result in its place", () =>
      Effect.gen(function* () {
        const door = yield* OpenDoor
        const { originalId } = yield* sendEcho(door)
        const answer = yield* door.discord.awaitMessage(
          ({ embeds, id }) => id === originalId && embeds[0]?.description === "an answer"
        )
        expect(answer.ephemeralFor).not.toBe(null)
      })
    )

    it.effect("answers an interaction once that Discord delivers twice", () =>
      Effect.gen(function* () {
        const door = yield* OpenDoor
        const { envelope, interaction } = door.open(2)
        const deliver = door.send({ ...envelope, data: echo })
        yield* Effect.all([deliver, deliver], { concurrency: "unbounded" })
        // Whatever the second delivery does, it has done by the time a later command is answered.
        yield* untilRun(door, yield* sendEcho(door))
        expect(statuses(door, interaction).toSorted()).toEqual(twice)
        expect(runsOf(door, interaction)).toBe(1)
      })
    )

    it.effect("is silent to what is no interaction, and goes on (C23)", () =>
      Effect.gen(function* () {
        const door = yield* OpenDoor
        const { envelope, interaction } = door.open(2)
        const before = runs(door)
        for (const raw of [
          null,
          [],
          "interaction",
          {},
          { type: 99 },
          { ...envelope, data: echo, token: "" },
          { ...envelope, data: echo, id: "../1" },
          { ...envelope, data: echo, member: { user: { id: "nobody" } } }
        ])
          yield* door.send(raw)
        yield* untilRun(door, yield* sendEcho(door))
        expect(runs(door)).toBe(before + 1)
        expect(door.repliesTo(interaction).filter(({ body }) => body !== undefined)).toEqual([])
      })
    )

    it.effect.each([
      { type: 99 },
      { type: 2 },
      { type: 2, data: { name: 5 } },
      { type: 2, data: { name: "of another bot" } },
      { type: 3, data: {} }
    ])("answers an interaction that it cannot place: %j (C23)", strange =>
      Effect.gen(function* () {
        const door = yield* OpenDoor
        const { envelope, interaction } = door.open(2)
        yield* door.send({ ...envelope, ...strange })
        yield* untilAnswered(door, interaction)
        expect(door.repliesTo(interaction)).toMatchObject([{ status: taken, body: { type: 4 } }])
      })
    )
  }

layer(Layer.scoped(OpenDoor, gatewayDoor), { excludeTestServices: true })(
  "over the gateway, the bot",
  suite(204, [204])
)

layer(Layer.scoped(OpenDoor, httpDoor()), { excludeTestServices: true })(
  "over HTTP, the bot",
  suite(200, [200, 202])
)
