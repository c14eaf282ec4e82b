import { expect, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Fiber, TestClock } from "effect"
import { InteractionRouter } from "../../../src/programs/discord/InteractionRouter.ts"
import { faultsOfFirst, httpDoor } from "./doors.ts"
import { echo } from "./echo.ts"
import { runsOf, sendEcho, untilRun } from "./sendEcho.ts"

it.scopedLive("Discord's own check passes: a ping is answered, and a wrong signature refused", () =>
  Effect.gen(function* () {
    const { discord, post, url } = yield* httpDoor()
    yield* discord.http.save(url)
    const { body, status } = yield* post('{"type":1}')
    expect([status, body]).toEqual([200, { type: 1 }])
    expect(faultsOfFirst(body)).toEqual([])
  })
)

it.scopedLive("what is not JSON gets a 400, and what is no interaction a 202 without a body (C23)", () =>
  Effect.gen(function* () {
    const { post } = yield* httpDoor()
    for (const body of ["", "{", "\u0000", '{"type":2'])
      expect([body, (yield* post(body)).status]).toEqual([body, 400])
    for (const body of ["null", "[]", "2", '"interaction"', "{}", '{"type":99}', '{"type":2,"id":"1"}'])
      expect([body, yield* post(body)]).toEqual([body, { status: 202, body: undefined }])
  })
)

it.scopedLive("what Discord did not sign, or signed long ago, gets a 401 and leaves no span", () =>
  Effect.gen(function* () {
    const door = yield* httpDoor()
    const { envelope, interaction } = door.open(2)
    const body = JSON.stringify({ ...envelope, data: echo })
    const seconds = Math.floor(Date.now() / 1000)
    const { signed } = door.discord.http
    const before = door.spans.length
    for (const headers of [
      {},
      { "x-signature-timestamp": String(seconds) },
      { ...signed(body), "x-signature-ed25519": "00".repeat(64) },
      signed(`${body} `),
      signed(body, seconds - 310),
      signed(body, seconds + 310)
    ])
      expect(yield* door.post(body, headers)).toEqual({
        status: 401,
        body: { error: "invalid request signature" }
      })
    expect(door.spans.slice(before)).toEqual([])
    yield* door.send({ ...envelope, data: echo })
    yield* untilRun(door, interaction)
    expect(door.spans.slice(before).map(({ name }) => name)).toContain("discord.interaction echo")
    expect(runsOf(door, interaction)).toBe(1)
  })
)

it.scopedLive("work begins once its first answer has left", () =>
  Effect.gen(function* () {
    const door = yield* httpDoor()
    const interaction = yield* sendEcho(door)
    yield* untilRun(door, interaction)
    expect(door.events).toEqual(["left", `runs ${interaction.id}`])
  })
)

it.scoped(
  "work whose first answer is not there after 2.9 seconds never begins, and Discord gets a 503 (C2)",
  () =>
    Effect.gen(function* () {
      // Signatures carry the time of day.
      const start = Date.now()
      yield* TestClock.setTime(start)
      const handling = yield* Deferred.make<Fiber.Fiber<unknown>>()
      const ended = yield* Deferred.make<string>()
      const door = yield* httpDoor(({ accept }) =>
        InteractionRouter.make({
          accept: (raw, respond) =>
            accept(raw, first =>
              respond(first).pipe(
                Effect.tapBoth({
                  onSuccess: () => Deferred.succeed(ended, "taken"),
                  onFailure: ({ _tag }) => Deferred.succeed(ended, _tag)
                }),
                Effect.delay("3 seconds")
              )
            ).pipe(Effect.tap(fiber => Deferred.succeed(handling, fiber)))
        })
      )
      // Nobody else moves the clock, and the router waits for its work.
      yield* Effect.addFinalizer(() => TestClock.adjust("10 seconds"))
      const { envelope, interaction } = door.open(2)
      const posting = yield* Effect.fork(door.post(JSON.stringify({ ...envelope, data: echo })))
      const work = yield* Deferred.await(handling)
      // The door waits for the answer, and the answer for its time.
      yield* Effect.repeat(TestClock.sleeps(), {
        until: sleeps => Chunk.size(Chunk.filter(sleeps, waking => waking - start > 2000)) === 2
      })
      yield* TestClock.adjust("2900 millis")
      expect(yield* Fiber.join(posting)).toEqual({ status: 503, body: { error: "no answer in time" } })
      yield* TestClock.adjust("100 millis")
      expect(yield* Deferred.await(ended)).toBe("Unanswered")
      yield* Fiber.await(work)
      expect(runsOf(door, interaction)).toBe(0)
    })
)
