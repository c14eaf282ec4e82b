import { describe, expect, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Fiber, Layer, Option, Ref } from "effect"
import { callbackOf } from "../../../src/adapters/discord/callbacks.ts"
import { AnswerError } from "../../../src/ports/Messenger.ts"
import { Claim } from "../../../src/domain/Claim.ts"
import { Claims } from "../../../src/ports/Claims.ts"
import { Unanswered } from "../../../src/programs/features/Conversation.ts"
import type { Respond } from "../../../src/programs/discord/conversation.ts"
import { InteractionRouter } from "../../../src/programs/discord/InteractionRouter.ts"
import { Features } from "../../../src/programs/features/features.ts"
import type { Errand } from "../../../src/programs/features/Feature.ts"
import { InteractionEnd } from "../../../src/programs/features/InteractionEnd.ts"
import { kudos, person, pressed, privacy, typing } from "./interactions.ts"
import { listeningDiscord, taken } from "./listeningDiscord.ts"

const samples = {
  "/kudos": kudos,
  "/privacy": privacy,
  "a suggestion": typing,
  Approve: pressed("approve-ABC-123"),
  View: pressed("view-o-ABC-123"),
  "an erasure's button": pressed("privacy-delete-184027593016284160")
}
type Sample = keyof typeof samples
const names = Object.keys(samples) as ReadonlyArray<Sample>

type Callback = ReturnType<typeof callbackOf>

/** The router over features that do `work`; what it said first, and the calls that Discord got after that. */
const routing = (
  work: Effect.Effect<Extract<InteractionEnd, { _tag: "Success" }>>,
  beforeEach: () => void = () => undefined
) =>
  Effect.gen(function* () {
    const discord = listeningDiscord(() => Effect.succeed(taken))
    const said = yield* Ref.make<ReadonlyArray<Callback>>([])
    const written = yield* Ref.make<ReadonlyArray<string>>([])
    const answered = yield* Ref.make<ReadonlyArray<string>>([])
    const errand = (name: string, acknowledged: Errand["acknowledged"], isRecovered = false): Errand => {
      beforeEach()
      return {
        name,
        acknowledged,
        limit: isRecovered ? "kudos" : "button",
        isRecovered,
        deed: Option.some({ action: name }),
        run: () => work
      }
    }
    const world = Layer.mergeAll(
      discord.layer,
      Layer.mock(Claims, {
        claim: () => Effect.succeed(Claim.Ours()),
        conclude: ({ deed, id, isAnswered }) =>
          Effect.zipRight(
            Ref.update(answered, all => (isAnswered ? [...all, id] : all)),
            Ref.update(written, all => [
              ...all,
              ...Option.toArray(deed).map(({ action, outcome }) => `${action} ${outcome}`)
            ])
          )
      }),
      Layer.succeed(
        Features,
        Features.make({
          commands: new Map([
            [
              "kudos",
              {
                errand: () => errand("kudos", "thinking", true),
                suggest: () => Effect.map(work, end => ({ choices: [], end }))
              }
            ],
            ["privacy", { errand: () => errand("privacy", "thinking") }]
          ]),
          press: ({ _tag }) => errand(_tag, _tag === "View" ? "thinking" : "unchanged")
        })
      )
    )
    const router = yield* Effect.map(Layer.build(Layer.provide(InteractionRouter.Default, world)), context =>
      Effect.provide(InteractionRouter, context)
    ).pipe(Effect.flatten)
    const note: Respond = first => Ref.update(said, all => [...all, callbackOf(first)])
    const send = (raw: unknown, respond = note) => Effect.flatMap(router.accept(raw, respond), Fiber.await)
    return {
      send,
      said: Ref.get(said),
      calls: discord.calls,
      written: Ref.get(written),
      answered: Ref.get(answered)
    }
  })

describe("a defect", () => {
  it.scoped.each(names.filter(name => name !== "a suggestion"))(
    "that keeps %s from being understood by its feature ends in a sentence with its reference",
    name =>
      Effect.gen(function* () {
        const { calls, said, send } = yield* routing(Effect.succeed(InteractionEnd.Success()), () => {
          throw new Error("a fault of ours")
        })
        yield* send(samples[name])
        expect((yield* said).map(({ type }) => type)).toEqual([5])
        expect(calls.map(({ call }) => call)).toEqual(["edit"])
        expect(calls[0]?.body).toMatch(/Something went wrong.*Reference [0-9a-f]{32}/)
      })
  )

  it.scoped.each(names)("in %s ends in a sentence with its reference (C22)", name =>
    Effect.gen(function* () {
      const { calls, said, send } = yield* routing(Effect.die(new Error("a fault of ours")))
      yield* send(samples[name])
      const first = (yield* said)[0]
      if (name === "a suggestion") {
        expect(yield* said).toEqual([{ type: 8, data: { choices: [] } }])
        return
      }
      const staysAsItIs = name === "Approve" || name === "an erasure's button"
      expect(first?.type).toBe(staysAsItIs ? 6 : 5)
      expect(calls.map(({ call }) => call)).toEqual([staysAsItIs ? "follow-up" : "edit"])
      expect(calls[0]?.body).toMatch(
        /Something went wrong.*check it before you repeat it.*Reference [0-9a-f]{32}/
      )
    }).pipe(Effect.withSpan("test"))
  )

  it.scoped("is written down, and leaves nobody else to answer (C22)", () =>
    Effect.gen(function* () {
      const { answered, send, written } = yield* routing(Effect.die("a fault of ours"))
      yield* send(kudos)
      yield* Effect.yieldNow()
      expect(yield* written).toEqual(["kudos failed: Defect"])
      expect(yield* answered).toEqual([person.id])
    })
  )

  it.scoped("before the acknowledgement is the acknowledgement (C22)", () =>
    Effect.gen(function* () {
      const { calls, said, send } = yield* routing(Effect.succeed(InteractionEnd.Success()))
      let tries = 0
      const replies: Array<Callback> = []
      yield* send(kudos, first =>
        Effect.suspend(() => {
          if (tries++ === 0) return Effect.die("thrown while it was sent")
          replies.push(callbackOf(first))
          return Effect.void
        })
      )
      expect(replies).toMatchObject([{ type: 4, data: { flags: 64 } }])
      expect([...calls, ...(yield* said)]).toEqual([])
    })
  )
})

describe("an acknowledgement", () => {
  it.scoped("that may have got through although it failed says that nothing was created (C2)", () =>
    Effect.gen(function* () {
      const { answered, calls, send } = yield* routing(Effect.succeed(InteractionEnd.Success()))
      yield* send(kudos, () =>
        Effect.fail(
          new AnswerError({
            reason: "Passing",
            pauseMillis: 0,
            code: Option.none(),
            mayHaveHappened: true,
            errorType: "RequestError",
            detail: "POST /callback got no answer from Discord"
          })
        )
      )
      expect(calls.map(({ call }) => call)).toEqual(["edit"])
      expect(calls[0]?.body).toContain("nothing was created")
      yield* Effect.yieldNow()
      expect(yield* answered).toEqual([person.id])
    })
  )
})

describe("a first answer that comes too late", () => {
  it.scoped("ends the interaction: nothing is done, and nobody is told later that nothing was (C2)", () =>
    Effect.gen(function* () {
      const { answered, calls, send, written } = yield* routing(Effect.die("must not be reached"))
      const exit = yield* send(kudos, () => new Unanswered({ reason: "too late" }))
      expect(exit._tag).toBe("Success")
      yield* Effect.yieldNow()
      expect(calls).toEqual([])
      expect(yield* written).toEqual(["kudos failed: Unanswered"])
      expect(yield* answered).toEqual([person.id])
    })
  )
})

/** Every place in it but what an interaction cannot do without. */
const optionalPlaces = (
  value: unknown,
  path: ReadonlyArray<string> = []
): ReadonlyArray<ReadonlyArray<string>> => {
  const own = path.length === 0 || needed.has(path.join(".")) ? [] : [path]
  if (typeof value !== "object" || value === null) return own
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => optionalPlaces(inner, [...path, key]))]
}
const needed = new Set(["id", "token", "member", "member.user", "member.user.id"])

const changedAt = (value: unknown, [key, ...rest]: ReadonlyArray<string>, to: unknown): unknown => {
  if (key === undefined || typeof value !== "object" || value === null) return to
  const change = (entries: ReadonlyArray<readonly [string, unknown]>) =>
    entries.flatMap(([name, inner]) => {
      if (name !== key) return [[name, inner] as const]
      const changed = changedAt(inner, rest, to)
      return changed === undefined ? [] : [[name, changed] as const]
    })
  return Array.isArray(value)
    ? change(Object.entries(value)).map(([, inner]) => inner)
    : Object.fromEntries(change(Object.entries(value)))
}

const mutation = fc.constantFrom(...names).chain(name =>
  fc.record({
    name: fc.constant(name),
    changes: fc.array(
      fc.record({
        path: fc.constantFrom(...optionalPlaces(samples[name])),
        to: fc.oneof(
          fc.constant(undefined),
          fc.constant({ type: 99, options: [{ value: { deep: [null] } }] }),
          fc.jsonValue({ maxDepth: 2 }),
          fc.constantFrom(-1, 1.5, 2 ** 40, "", "no snowflake", "18402759301628416099", [], [[]], null)
        )
      }),
      { minLength: 1, maxLength: 3 }
    )
  })
)

describe("an interaction", () => {
  it.scoped(
    "with an id, a token and a person is answered, whatever else of it is strange (C23)",
    () =>
      Effect.gen(function* () {
        const { said, send } = yield* routing(Effect.succeed(InteractionEnd.Success()))
        for (const { changes, name } of fc.sample(mutation, { numRuns: 1000, seed: 23 })) {
          const raw = changes.reduce<unknown>((all, { path, to }) => changedAt(all, path, to), samples[name])
          const before = (yield* said).length
          yield* send(raw)
          const answers = (yield* said).length - before
          expect({ name, changes, answers }).toEqual({ name, changes, answers: 1 })
        }
      }),
    60_000
  )

  for (const [what, raw] of [
    ["of an unknown type", { ...kudos, type: 99 }],
    ["without a type", { ...kudos, type: undefined }],
    ["of a modal", { ...person, type: 5, data: { custom_id: "x", components: [] } }],
    ["without data", { ...person, type: 2 }],
    ["of a button without an id", { ...person, type: 3, data: null, message: 7 }]
  ] as const) {
    it.scoped(`${what} is no longer valid (C23)`, () =>
      Effect.gen(function* () {
        const { said, send } = yield* routing(Effect.succeed(InteractionEnd.Success()))
        yield* send(raw)
        expect(JSON.stringify(yield* said)).toMatch(/"type":4.*no longer valid.*"flags":64/)
      })
    )
  }

  it.scoped("of a suggestion that does not decode has no choices (C23)", () =>
    Effect.gen(function* () {
      const { said, send } = yield* routing(Effect.succeed(InteractionEnd.Success()))
      yield* send({ ...typing, data: "?" })
      expect(yield* said).toEqual([{ type: 8, data: { choices: [] } }])
    })
  )

  it.scoped("without the bot's own id is answered where Discord says the bot is (C23)", () =>
    Effect.gen(function* () {
      const { said, send, calls } = yield* routing(Effect.die("a fault of ours"))
      yield* send({ ...kudos, application_id: undefined })
      expect((yield* said)[0]?.type).toBe(5)
      expect(calls.map(({ call }) => call)).toEqual(["GET /applications/@me", "edit"])
    })
  )
})
