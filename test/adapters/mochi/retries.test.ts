import { it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { describe, expect } from "vitest"
import type { Environment } from "../../../src/config/Settings.ts"
import { within } from "../../../src/context/Deadline.ts"
import type { MochiError } from "../../../src/ports/MochiError.ts"
import { MochiPay } from "../../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../../src/ports/MochiProfiles.ts"
import * as Given from "./mochiClients.ts"
import type { Step } from "./mochiClients.ts"

const vaults = Effect.flatMap(MochiPay, pay =>
  pay.vaults(Given.profileId("90101"), Given.applicationId("123"))
)
const createWhile = (mayLeave: Effect.Effect<boolean>) =>
  Effect.flatMap(MochiPay, pay => pay.create(Given.draft("90101", "90102", "123", "70011"), mayLeave))
const create = createWhile(Effect.succeed(true))
const decide = Effect.flatMap(MochiPay, pay =>
  pay.decide({
    request: { applicationId: Given.applicationId("123"), code: Given.code("ABC123") },
    profileId: Given.profileId("90103"),
    decision: "approved",
    interactionId: Given.interactionId
  })
)
const empty = { status: 200, body: '{"data":[]}' }

/** Plays the steps while time passes, and tells how the call ended, how often it was sent and how long it took. */
const play = <A>(
  steps: ReadonlyArray<Step>,
  call: Effect.Effect<A, MochiError, MochiPay | MochiProfiles>,
  environment?: Environment
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(1_750_000_000_000)
    const fiber = yield* Effect.fork(Effect.either(call))
    let millis = 0
    // nothing may take longer than the 20 seconds, with a little room to notice that it does
    for (; millis < 25_000 && Option.isNone(yield* Fiber.poll(fiber)); millis += 100) {
      // bodies are streams of Node's, which move by its turns and not by the test's clock
      yield* Effect.promise(() => new Promise(resolve => setImmediate(resolve)))
      yield* TestClock.adjust("100 millis")
    }
    const sent = yield* Effect.flatMap(Given.Script, script => script.sent)
    const ended = yield* Fiber.join(fiber)
    const error = ended._tag === "Left" ? ended.left : undefined
    return {
      value: ended._tag === "Right" ? ended.right : undefined,
      failure: error === undefined ? undefined : [error.reason, error.mayHaveHappened],
      error,
      sent,
      millis
    }
  }).pipe(Effect.provide(Given.scripted(steps, environment)))

describe("A read", () => {
  const passing: ReadonlyArray<Step> = [
    "refused connection",
    "reset",
    { status: 408 },
    { status: 429 },
    { status: 500 },
    { status: 503 }
  ]
  it.effect.each(passing)("is repeated after %j", step =>
    Effect.gen(function* () {
      const played = yield* play([step, empty], vaults)
      expect([played.value, played.sent.length]).toEqual([[], 2])
    })
  )

  it.effect("is given up after MAX_RETRIES retries", () =>
    Effect.gen(function* () {
      const three = yield* play([{ status: 503 }], vaults)
      expect([three.failure, three.sent.length]).toEqual([["Unavailable", false], 4])
      expect(three.error?.status).toEqual(Option.some(503))
      const none = yield* play([{ status: 503 }], vaults, { MAX_RETRIES: "0" })
      expect([none.failure, none.sent.length]).toEqual([["Unavailable", false], 1])
    })
  )

  it.effect.each([
    [400, "Refused"],
    [401, "Forbidden"],
    [403, "Forbidden"],
    [404, "NotFound"],
    [422, "Refused"],
    [302, "Undecodable"]
  ] as const)("is not repeated after %d", ([status, reason]) =>
    Effect.gen(function* () {
      const played = yield* play([{ status }, empty], vaults)
      expect([played.failure, played.sent.length]).toEqual([[reason, false], 1])
    })
  )

  it.effect("gives each try ten seconds, and ends after twenty in all", () =>
    Effect.gen(function* () {
      const played = yield* play(["silence"], vaults)
      expect([played.failure, played.sent.length]).toEqual([["TimedOut", false], 2])
      expect(played.millis).toBeGreaterThanOrEqual(19_900)
      expect(played.millis).toBeLessThanOrEqual(20_100)
      const late = yield* play(["silence", empty], vaults)
      expect([late.value, late.sent.length]).toEqual([[], 2])
    })
  )

  it.effect("ends at its caller's deadline, and begins no retry that would come later", () =>
    Effect.gen(function* () {
      const silent = yield* play(["silence"], within("2500 millis")(vaults))
      expect([silent.failure, silent.sent.length, silent.millis]).toEqual([["TimedOut", false], 1, 2_500])
      const asked = yield* play(
        [{ status: 429, headers: { "retry-after": "3" } }],
        within("2500 millis")(vaults)
      )
      expect([asked.failure, asked.sent.length]).toEqual([["Unavailable", false], 1])
      expect(asked.millis).toBeLessThanOrEqual(100)
      const nested = yield* play(["silence"], vaults.pipe(within("1 hour"), within("1 second")))
      expect(nested.millis).toBe(1_000)
    })
  )

  it.effect("sends nothing once the deadline has passed", () =>
    Effect.gen(function* () {
      const slow = Effect.zipRight(Effect.sleep("3 seconds"), vaults)
      const played = yield* play([empty], within("2 seconds")(slow))
      expect([played.failure, played.sent.length]).toEqual([["TimedOut", false], 0])
    })
  )

  it.effect("waits as long as Retry-After asks, in seconds or until a date", () =>
    Effect.gen(function* () {
      const seconds = yield* play([{ status: 429, headers: { "retry-after": "3" } }, empty], vaults)
      expect(seconds.sent).toHaveLength(2)
      expect(seconds.millis).toBeGreaterThan(3_000)
      expect(seconds.millis).toBeLessThan(3_500)
      const moment = new Date(1_750_000_000_000 + 5_000).toUTCString()
      const date = yield* play([{ status: 503, headers: { "retry-after": moment } }, empty], vaults)
      expect(date.millis).toBeGreaterThan(5_000)
      expect(date.millis).toBeLessThan(5_500)
    })
  )

  it.effect("takes a 404 and a body without id for a person without profile", () =>
    Effect.gen(function* () {
      const byDiscord = Effect.flatMap(MochiProfiles, profiles =>
        profiles.byUserId(Given.userId("184027593016284160"))
      )
      for (const step of [{ status: 404 }, { status: 200, body: '{"message":"nobody"}' }]) {
        const played = yield* play([step], byDiscord)
        expect([played.value, played.sent.length]).toEqual([Option.none(), 1])
      }
    })
  )
})

describe("A create", () => {
  const ends: ReadonlyArray<readonly [Step, string, boolean]> = [
    ["refused connection", "Unavailable", false],
    ["reset", "Unavailable", true],
    ["silence", "TimedOut", true],
    [{ status: 408 }, "Unavailable", true],
    [{ status: 500 }, "Unavailable", true],
    [{ status: 503 }, "Unavailable", true],
    [{ status: 400 }, "Refused", false],
    [{ status: 401 }, "Forbidden", false],
    [{ status: 403 }, "Forbidden", false],
    [{ status: 404 }, "NotFound", false],
    [{ status: 409 }, "Refused", false],
    [{ status: 429, headers: { "retry-after": "1" } }, "Unavailable", false],
    [{ status: 307 }, "Undecodable", true]
  ]
  it.effect.each(ends)("is sent once, and after %j is told apart", ([step, reason, mayHaveHappened]) =>
    Effect.gen(function* () {
      const played = yield* play([step, { status: 201, body: "{}" }], create)
      expect([played.failure, played.sent.length]).toEqual([[reason, mayHaveHappened], 1])
    })
  )

  it.effect("is created without a code where the body of a 2xx never ends", () =>
    Effect.gen(function* () {
      const played = yield* play(["stalled body"], create)
      expect([played.value, played.sent.length, played.millis]).toEqual([Option.none(), 1, 10_000])
      const read = yield* play(["stalled body", empty], vaults)
      expect([read.value, read.sent.length]).toEqual([[], 2])
    })
  )

  it.effect("does not wait for the body of a refusal", () =>
    Effect.gen(function* () {
      const played = yield* play(["stalled refusal"], create)
      expect(played.failure).toEqual(["Refused", false])
      expect(played.millis).toBe(1_000)
    })
  )

  it.effect("does not wait longer than ten seconds for a status", () =>
    Effect.gen(function* () {
      const played = yield* play(["silence"], create)
      expect(played.millis).toBe(10_000)
    })
  )
})

describe("A decision", () => {
  it.effect("is signed again for every try", () =>
    Effect.gen(function* () {
      const played = yield* play([{ status: 429, headers: { "retry-after": "3" } }, { status: 200 }], decide)
      expect(played.value).toEqual({ outcome: "done", retried: true })
      expect(played.sent.map(request => request.headers["x-message"])).toEqual(["1750000000", "1750000003"])
      const signatures = new Set(played.sent.map(request => request.headers["x-signature"]))
      expect(signatures.size).toBe(2)
    })
  )

  it.effect("tells a 400 of the first try from one after a lost try", () =>
    Effect.gen(function* () {
      const first = yield* play([{ status: 400 }], decide)
      expect(first.value).toEqual({ outcome: "already settled", retried: false })
      const second = yield* play(["reset", { status: 400 }], decide)
      expect(second.value).toEqual({ outcome: "already settled", retried: true })
    })
  )

  it.effect("stays in doubt when a lost try is followed by one that is refused", () =>
    Effect.gen(function* () {
      const refused = yield* play([{ status: 403 }], decide)
      expect(refused.failure).toEqual(["Forbidden", false])
      const lostFirst = yield* play([{ status: 502 }, { status: 403 }], decide)
      expect(lostFirst.failure).toEqual(["Forbidden", true])
    })
  )
})
