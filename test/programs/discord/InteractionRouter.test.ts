import { describe, expect, it } from "@effect/vitest"
import type { CreateInteractionResponseRequest } from "dfx/types"
import { Effect, FastCheck as fc, Fiber, Layer, Ref } from "effect"
import { HttpClientError, HttpClientRequest } from "@effect/platform"
import { Claims } from "../../../src/ports/Claims.ts"
import { RateLimits } from "../../../src/ports/RateLimits.ts"
import { DecisionButtons } from "../../../src/programs/discord/DecisionButtons.ts"
import { Unanswered } from "../../../src/programs/discord/answerByDm.ts"
import type { Respond } from "../../../src/programs/discord/answers.ts"
import { InteractionRouter } from "../../../src/programs/discord/InteractionRouter.ts"
import { KudosCommand } from "../../../src/programs/discord/KudosCommand.ts"
import { Outcome } from "../../../src/programs/discord/Outcome.ts"
import { PrivacyCommand } from "../../../src/programs/discord/PrivacyCommand.ts"
import { Audit } from "../../../src/services/Audit.ts"
import { Usage } from "../../../src/services/Usage.ts"
import { discordHeard, taken } from "./discordHeard.ts"

const person = {
  id: "1200000000000000001",
  application_id: "1100000000000000001",
  token: "secret-token",
  version: 1,
  guild_id: "900000000000000001",
  guild_locale: "en-US",
  channel_id: "900000000000000002",
  channel: { id: "900000000000000002", type: 0, permissions: "0" },
  locale: "de",
  context: 0,
  entitlements: [],
  app_permissions: "0",
  attachment_size_limit: 10_485_760,
  authorizing_integration_owners: { "0": "900000000000000001" },
  member: {
    user: { id: "184027593016284160", username: "ada", global_name: "Ada", discriminator: "0", avatar: null },
    roles: [],
    nick: null,
    joined_at: "2020-01-01T00:00:00Z"
  }
}

const options = [
  { name: "application", type: 3, value: "123" },
  { name: "vault", type: 3, value: "70011" },
  { name: "token", type: 3, value: "1" },
  { name: "amount", type: 3, value: "10", focused: false },
  { name: "recipient", type: 6, value: "803511102246789120" },
  { name: "reason", type: 3, value: "thanks" }
]

const kudos = {
  ...person,
  type: 2,
  data: {
    id: "1",
    name: "kudos",
    type: 1,
    options,
    resolved: {
      users: { "803511102246789120": { id: "803511102246789120", username: "grace", bot: false } },
      members: { "803511102246789120": { roles: [], permissions: "0" } }
    }
  }
}
const privacy = {
  ...person,
  type: 2,
  data: {
    id: "2",
    name: "privacy",
    type: 1,
    options: [{ name: "notifications", type: 2, options: [{ name: "on", type: 1, options: [] }] }]
  }
}
const typing = {
  ...person,
  type: 4,
  data: { ...kudos.data, options: [{ name: "application", type: 3, value: "D", focused: true }] }
}
const pressed = (customId: string) => ({
  ...person,
  type: 3,
  data: { custom_id: customId, component_type: 2, id: 4 },
  message: {
    id: "900000000000000003",
    channel_id: "900000000000000002",
    flags: 0,
    type: 0,
    content: "",
    components: [{ type: 1, components: [{ type: 2, style: 3, label: "Approve", custom_id: customId }] }],
    embeds: [
      {
        title: "Vault Transfer Request",
        description: "x",
        footer: { text: "Request ABC" },
        fields: [{ name: "Amount", value: "10", inline: true }]
      }
    ]
  }
})

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

/** The router over commands that do `work`; what it said first, and what Discord heard after that. */
const routing = (work: Effect.Effect<Extract<Outcome, { _tag: "Success" }>>) =>
  Effect.gen(function* () {
    const discord = discordHeard(() => Effect.succeed(taken))
    const said = yield* Ref.make<ReadonlyArray<CreateInteractionResponseRequest>>([])
    const written = yield* Ref.make<ReadonlyArray<string>>([])
    const answered = yield* Ref.make<ReadonlyArray<string>>([])
    const world = Layer.mergeAll(
      discord.layer,
      Layer.mock(Claims, {
        claim: () => Effect.succeed(true),
        answered: id => Ref.update(answered, all => [...all, id])
      }),
      Layer.mock(RateLimits, { take: () => Effect.succeedNone }),
      Layer.mock(KudosCommand, {
        _tag: "mochi/programs/KudosCommand",
        run: () => work,
        suggest: () => Effect.map(work, ended => ({ found: [], ended }))
      }),
      Layer.mock(DecisionButtons, {
        _tag: "mochi/programs/DecisionButtons",
        decide: () => work,
        view: () => work
      }),
      Layer.mock(PrivacyCommand, {
        _tag: "mochi/programs/PrivacyCommand",
        run: () => work,
        press: () => work
      }),
      Layer.mock(Audit, {
        _tag: "mochi/services/Audit",
        record: ({ action, outcome }) => Ref.update(written, all => [...all, `${action} ${outcome}`])
      }),
      Layer.mock(Usage, { _tag: "mochi/services/Usage", count: () => Effect.void })
    )
    const router = yield* Effect.map(Layer.build(Layer.provide(InteractionRouter.Default, world)), context =>
      Effect.provide(InteractionRouter, context)
    ).pipe(Effect.flatten)
    const note: Respond = callback => Ref.update(said, all => [...all, callback])
    const send = (raw: unknown, respond = note) => Effect.flatMap(router.accept(raw, respond), Fiber.await)
    return {
      send,
      said: Ref.get(said),
      heard: discord.heard,
      written: Ref.get(written),
      answered: Ref.get(answered)
    }
  })

describe("a defect", () => {
  it.scoped.each(names)("in %s ends in a sentence with its reference (C22)", name =>
    Effect.gen(function* () {
      const { heard, said, send } = yield* routing(Effect.die(new Error("a fault of ours")))
      yield* send(samples[name])
      const first = (yield* said)[0]
      if (name === "a suggestion") {
        expect(yield* said).toEqual([{ type: 8, data: { choices: [] } }])
        return
      }
      const staysAsItIs = name === "Approve" || name === "an erasure's button"
      expect(first?.type).toBe(staysAsItIs ? 6 : 5)
      expect(heard.map(({ call }) => call)).toEqual([staysAsItIs ? "follow-up" : "edit"])
      expect(heard[0]?.body).toMatch(
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
      const { heard, said, send } = yield* routing(Effect.succeed(Outcome.Success()))
      let calls = 0
      const replies: Array<CreateInteractionResponseRequest> = []
      yield* send(kudos, callback =>
        Effect.suspend(() => {
          if (calls++ === 0) return Effect.die("thrown while it was sent")
          replies.push(callback)
          return Effect.void
        })
      )
      expect(replies).toMatchObject([{ type: 4, data: { flags: 64 } }])
      expect([...heard, ...(yield* said)]).toEqual([])
    })
  )
})

describe("an acknowledgement", () => {
  it.scoped("that may have got through although it failed says that nothing was created (C2)", () =>
    Effect.gen(function* () {
      const { answered, heard, send } = yield* routing(Effect.succeed(Outcome.Success()))
      yield* send(kudos, () =>
        Effect.fail(
          new HttpClientError.RequestError({
            request: HttpClientRequest.post("/callback"),
            reason: "Transport"
          })
        )
      )
      expect(heard.map(({ call }) => call)).toEqual(["edit"])
      expect(heard[0]?.body).toContain("nothing was created")
      expect(yield* answered).toEqual([person.id])
    })
  )
})

describe("a first answer that comes too late", () => {
  it.scoped("ends the interaction: nothing is done, and nobody is told later that nothing was (C2)", () =>
    Effect.gen(function* () {
      const { answered, heard, send, written } = yield* routing(Effect.die("must not be reached"))
      const exit = yield* send(kudos, () => new Unanswered({ reason: "too late" }))
      expect(exit._tag).toBe("Success")
      yield* Effect.yieldNow()
      expect(heard).toEqual([])
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
        const { said, send } = yield* routing(Effect.succeed(Outcome.Success()))
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
        const { said, send } = yield* routing(Effect.succeed(Outcome.Success()))
        yield* send(raw)
        expect(JSON.stringify(yield* said)).toMatch(/"type":4.*no longer valid.*"flags":64/)
      })
    )
  }

  it.scoped("of a suggestion that does not decode has no choices (C23)", () =>
    Effect.gen(function* () {
      const { said, send } = yield* routing(Effect.succeed(Outcome.Success()))
      yield* send({ ...typing, data: "?" })
      expect(yield* said).toEqual([{ type: 8, data: { choices: [] } }])
    })
  )

  it.scoped("without the bot's own id is answered where Discord says the bot is (C23)", () =>
    Effect.gen(function* () {
      const { said, send, heard } = yield* routing(Effect.die("a fault of ours"))
      yield* send({ ...kudos, application_id: undefined })
      expect((yield* said)[0]?.type).toBe(5)
      expect(heard.map(({ call }) => call)).toEqual(["GET /applications/@me", "edit"])
    })
  )
})
