import { expect, it } from "@effect/vitest"
import { DateTime, Deferred, Effect, Fiber, Layer, Option, Redacted, Schedule, Stream } from "effect"
import { UserId, InteractionId, MessageId } from "../../../src/domain/Ids.ts"
import { Messenger } from "../../../src/ports/Messenger.ts"
import { RateLimits } from "../../../src/ports/RateLimits.ts"
import { StoreUnavailable } from "../../../src/ports/StoreUnavailable.ts"
import type { Envelope } from "../../../src/programs/discord/decode.ts"
import { PrivacyCommand } from "../../../src/programs/discord/PrivacyCommand.ts"
import { Privacy } from "../../../src/services/Privacy.ts"
import { loopback, restAt } from "../../adapters/discord/LoopbackRest.ts"

const ada = UserId.make("184027593016284160")
/** Posted at the beginning of 2026. */
const question = MessageId.make(String(BigInt(Date.UTC(2026, 0, 1) - Date.UTC(2015, 0, 1)) << 22n))
const mallory = UserId.make("302050872383242240")

const pressedBy = (userId: UserId): Envelope => ({
  id: InteractionId.make("1"),
  botId: "7",
  token: Redacted.make("token"),
  userId,
  communityId: Option.none(),
  channelId: Option.none(),
  locale: Option.none()
})

/** Runs a press with a service that can do no more than `privacy`; what Discord was told. */
const press = (
  choice: "delete" | "keep",
  by: UserId,
  privacy: Partial<Pick<Privacy, "erase" | "wasErasedSince">>
) =>
  Effect.gen(function* () {
    const server = yield* loopback(() => ({ status: 200, body: { id: "1" } }))
    const outcome = yield* Effect.flatMap(PrivacyCommand, command =>
      command.press({ _tag: "Privacy", choice, asker: ada }, pressedBy(by), Option.some(question))
    ).pipe(
      Effect.provide(
        Layer.merge(
          PrivacyCommand.Default.pipe(
            Layer.provide(Layer.mock(Privacy, { _tag: "mochi/services/Privacy", ...privacy })),
            Layer.provide(Layer.mock(RateLimits, { take: () => Effect.succeedNone }))
          ),
          Layer.merge(restAt(server.url), Layer.mock(Messenger, {}))
        )
      )
    )
    return { outcome, answer: server.heard.map(({ body }) => body).join() }
  })

it.scopedLive("the buttons of an erasure work for nobody but who asked for it", () =>
  Effect.gen(function* () {
    const stranger = yield* press("delete", mallory, {})
    expect(stranger.outcome).toEqual({ _tag: "Refused", reason: "NotMeantForThem" })
    expect(stranger.answer).toContain("not for you")
    expect((yield* press("keep", mallory, {})).answer).toContain("not for you")
  })
)

it.scopedLive("an erasure says so only once it happened", () =>
  Effect.gen(function* () {
    const erased: Array<string> = []
    const works = yield* press("delete", ada, {
      erase: (id, asker) =>
        Effect.sync(() => {
          erased.push(`${id} ${asker}`)
          return { rows: {}, mochiAsked: true, isComplete: true }
        })
    })
    expect(erased).toEqual([`${ada} person`])
    expect(works.answer).toContain("Your data was erased")
    const fails = yield* press("delete", ada, {
      erase: () => new StoreUnavailable({ operation: "PersonalData.erase", cause: new Error("down") })
    })
    expect(fails.outcome).toEqual({ _tag: "Failed", errorType: "StoreUnavailable" })
    expect(fails.answer).toContain("Something went wrong")
    const notErased = { wasErasedSince: () => Effect.succeed(false) }
    expect((yield* press("keep", ada, notErased)).answer).toContain("Your data was kept")
  })
)

/** The command with what it stands on, and what Discord hears of it. */
const commanded = (
  privacy: Partial<Pick<Privacy, "erase" | "exportOf">>,
  limits: Partial<RateLimits["Type"]> = {}
) =>
  Effect.gen(function* () {
    const server = yield* loopback(() => ({ status: 200, body: { id: "1" } }))
    const layer = Layer.merge(
      PrivacyCommand.Default.pipe(
        Layer.provide(Layer.mock(Privacy, { _tag: "mochi/services/Privacy", ...privacy })),
        Layer.provide(Layer.mock(RateLimits, { take: () => Effect.succeedNone, ...limits }))
      ),
      Layer.merge(restAt(server.url), Layer.mock(Messenger, {}))
    )
    const context = yield* Layer.build(layer)
    const run = (subcommand: string) =>
      Effect.flatMap(PrivacyCommand, command =>
        command.run(pressedBy(ada), {
          name: "privacy",
          subcommand: Option.some(subcommand),
          options: new Map()
        })
      ).pipe(Effect.provide(context))
    return { run, heard: () => server.heard.map(({ body }) => body).join() }
  })

const nothingStored = {
  userId: ada,
  profileIds: [],
  exportedAt: DateTime.unsafeMake(0),
  stored: []
}

it.scopedLive("exports take turns, and of a crowd most are sent away (A6)", () =>
  Effect.gen(function* () {
    const mayEnd = yield* Deferred.make<void>()
    let [running, most, done] = [0, 0, 0]
    const { heard, run } = yield* commanded({
      exportOf: () =>
        Effect.gen(function* () {
          running += 1
          most = Math.max(most, running)
          yield* Deferred.await(mayEnd)
          running -= 1
          done += 1
          return nothingStored
        })
    })
    const crowd = yield* Effect.fork(
      Effect.forEach(Array.from({ length: 30 }), () => run("export"), { concurrency: "unbounded" })
    )
    yield* Effect.repeat(Effect.sync(heard), {
      until: text => text.split("in a minute").length > 20,
      schedule: Schedule.spaced("20 millis")
    })
    yield* Deferred.succeed(mayEnd, undefined)
    const outcomes = yield* Fiber.join(crowd)
    expect(outcomes.filter(({ _tag }) => _tag === "Success")).toHaveLength(10)
    expect(outcomes.filter(outcome => outcome._tag === "Refused" && outcome.reason === "Busy")).toHaveLength(
      20
    )
    expect([most, done]).toEqual([1, 10])
    expect((yield* run("export"))._tag).toBe("Success")
  })
)

it.scopedLive("an export that is too large is not read to its end (A6)", () =>
  Effect.gen(function* () {
    let pages = 0
    const page = Effect.sync(() => {
      pages += 1
      return `{"text":"${"x".repeat(1024 * 1024)}"}`
    })
    const endless = { table: "interactions", rows: Stream.repeatEffect(page) }
    const { heard, run } = yield* commanded({
      exportOf: () => Effect.succeed({ ...nothingStored, stored: [endless] })
    })
    expect((yield* run("export"))._tag).toBe("Success")
    expect(heard()).toContain("too much stored about you")
    expect(pages).toBeLessThanOrEqual(9)
  })
)

it.scopedLive("over the limit of a day the person reads when it ends, and nothing is read (A6)", () =>
  Effect.gen(function* () {
    const { heard, run } = yield* commanded(
      {},
      { take: (_, kind) => Effect.succeed(Option.some(DateTime.unsafeMake(kind === "export" ? 77_000 : 0))) }
    )
    expect(yield* run("export")).toEqual({ _tag: "Refused", reason: "RateLimited" })
    expect(heard()).toContain("You are doing that too often. You can try again <t:77:R>.")
  })
)

it.scopedLive(
  "an erasure that is not complete does not say that it is, and Keep it does not undo it (A10)",
  () =>
    Effect.gen(function* () {
      const part = yield* press("delete", ada, {
        erase: () => Effect.succeed({ rows: {}, mochiAsked: false, isComplete: false })
      })
      expect(part.answer).toContain("not complete yet")
      expect(part.answer).not.toContain("Your data was erased")
      let asked: DateTime.Utc | undefined
      const late = yield* press("keep", ada, {
        wasErasedSince: (_, moment) =>
          Effect.sync(() => {
            asked = moment
            return true
          })
      })
      expect(late.answer).toContain("came too late")
      expect(late.answer).not.toContain("kept")
      expect(DateTime.formatIso(asked!)).toMatch(/^2025-12-31T23:5/)
    })
)
