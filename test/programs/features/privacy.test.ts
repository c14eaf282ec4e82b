import { expect, it } from "@effect/vitest"
import { DateTime, Deferred, Effect, Fiber, Layer, Option, Schedule, Stream } from "effect"
import { UserId } from "../../../src/domain/Ids.ts"
import { RateLimits } from "../../../src/ports/RateLimits.ts"
import { StoreUnavailable } from "../../../src/ports/StoreUnavailable.ts"
import { erase, privacy as privacyCommand, PrivacyTurns } from "../../../src/programs/features/privacy.ts"
import { Privacy } from "../../../src/services/Privacy.ts"
import { recordingConversation } from "./recordingConversation.ts"

const ada = UserId.make("184027593016284160")
const mallory = UserId.make("302050872383242240")

/** The question before an erasure, posted at the beginning of 2026. */
const question = {
  place: Option.none(),
  postedAt: Option.some(DateTime.unsafeMake("2026-01-01T00:00:00Z")),
  screen: Option.none()
}

const world = (
  privacy: Partial<Pick<Privacy, "erase" | "wasErasedSince" | "exportOf">>,
  limits: Partial<RateLimits["Type"]> = {}
) =>
  PrivacyTurns.Default.pipe(
    Layer.provide(Layer.mock(RateLimits, { take: () => Effect.succeedNone, ...limits })),
    Layer.merge(Layer.mock(Privacy, { _tag: "mochi/services/Privacy", ...privacy }))
  )

/** Runs a press with a service that can do no more than `privacy`; what the person reads. */
const press = (
  choice: "delete" | "keep",
  by: UserId,
  privacy: Partial<Pick<Privacy, "erase" | "wasErasedSince">>
) =>
  Effect.gen(function* () {
    const { conversation, text } = recordingConversation(by, { pressed: Option.some(question) })
    const errand = yield* Effect.map(erase, make => make({ _tag: "Erase", choice, asker: ada }))
    const end = yield* errand.run(conversation)
    return { end, answer: text() }
  }).pipe(Effect.provide(world(privacy)))

it.live("the buttons of an erasure work for nobody but who asked for it", () =>
  Effect.gen(function* () {
    const stranger = yield* press("delete", mallory, {})
    expect(stranger.end).toEqual({ _tag: "Refused", reason: "NotMeantForThem" })
    expect(stranger.answer).toContain("not for you")
    expect((yield* press("keep", mallory, {})).answer).toContain("not for you")
  })
)

it.live("an erasure says so only once it happened", () =>
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
    expect(fails.end).toEqual({ _tag: "Failed", errorType: "StoreUnavailable" })
    expect(fails.answer).toContain("Something went wrong")
    const notErased = { wasErasedSince: () => Effect.succeed(false) }
    expect((yield* press("keep", ada, notErased)).answer).toContain("Your data was kept")
  })
)

/** The command with what it stands on, and what the person reads. */
const commanded = (
  privacy: Partial<Pick<Privacy, "erase" | "exportOf">>,
  limits: Partial<RateLimits["Type"]> = {}
) =>
  Effect.gen(function* () {
    const { conversation, text } = recordingConversation(ada)
    const { errand } = yield* privacyCommand.make
    const run = (subcommand: string) =>
      errand({ subcommand: Option.some(subcommand), options: new Map(), bots: new Set() }).run(conversation)
    return { run, text }
  }).pipe(Effect.provide(world(privacy, limits)))

const nothingStored = {
  userId: ada,
  profileIds: [],
  exportedAt: DateTime.unsafeMake(0),
  stored: []
}

it.live("exports take turns, and of a crowd most are sent away (A6)", () =>
  Effect.gen(function* () {
    const mayEnd = yield* Deferred.make<void>()
    let [running, most, done] = [0, 0, 0]
    const { text, run } = yield* commanded({
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
    yield* Effect.repeat(Effect.sync(text), {
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

it.live("an export that is too large is not read to its end (A6)", () =>
  Effect.gen(function* () {
    let pages = 0
    const page = Effect.sync(() => {
      pages += 1
      return `{"text":"${"x".repeat(1024 * 1024)}"}`
    })
    const endless = { table: "interactions", rows: Stream.repeatEffect(page) }
    const { text, run } = yield* commanded({
      exportOf: () => Effect.succeed({ ...nothingStored, stored: [endless] })
    })
    expect((yield* run("export"))._tag).toBe("Success")
    expect(text()).toContain("too much stored about you")
    expect(pages).toBeLessThanOrEqual(9)
  })
)

it.live("over the limit of a day the person reads when it ends, and nothing is read (A6)", () =>
  Effect.gen(function* () {
    const { text, run } = yield* commanded(
      {},
      { take: (_, kind) => Effect.succeed(Option.some(DateTime.unsafeMake(kind === "export" ? 77_000 : 0))) }
    )
    expect(yield* run("export")).toEqual({ _tag: "Refused", reason: "RateLimited" })
    expect(text()).toContain("You are doing that too often. You can try again <t:77:R>.")
  })
)

it.live("an erasure that is not complete does not say that it is, and Keep it does not undo it (A10)", () =>
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
