import { expect, it } from "@effect/vitest"
import { Effect, Option, Schedule } from "effect"
import * as ServiceProcess from "../support/serviceProcess.ts"
import * as TcpProxy from "../support/tcpProxy.ts"
import { cardTitle, messagesAbout } from "./crowd.ts"
import { sendKudos, textOf } from "./steps.ts"
import { makeWorld, untilRegistered } from "./world.ts"
import type { World } from "./world.ts"

/** One copy of the service, alone, whose way to the database can fall silent. */
const alone = Effect.gen(function* () {
  const world = yield* makeWorld()
  const url = new URL(world.environment["DATABASE_URL"] ?? "")
  const way = yield* TcpProxy.make({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${way.port}`
  const service = yield* ServiceProcess.start({ ...world.environment, DATABASE_URL: url.href })
  yield* service.ready
  yield* untilRegistered(world)
  return { world, way, service }
})

const statusOf = ({ url }: World, path: string) =>
  Effect.promise(() =>
    fetch(`${url}${path}`).then(
      ({ status }) => status,
      () => 0
    )
  )

it.scopedLive(
  "all connections to the database vanish without a word: what asked on them fails, new ones carry on (A4)",
  () =>
    Effect.gen(function* () {
      const { way, world } = yield* alone
      const { mochi } = world
      for (const round of [1, 2]) {
        way.silence()
        // Long enough for whatever goes on in the background to be in the middle of a question.
        yield* Effect.sleep(`${round} seconds`)
        way.restoreForNew()
        const since = Date.now()
        const { code } = yield* mochi.seedRequest({ announced: true })
        yield* Effect.repeat(statusOf(world, "/readyz"), {
          until: status => status === 200,
          schedule: Schedule.spaced("100 millis")
        }).pipe(Effect.timeout("20 seconds"))
        const answer = yield* sendKudos(world, { amount: "0.01" }).pipe(
          Effect.flatMap(run =>
            run.answeredWhen(message => textOf(message).includes("Kudos Request Created"), 4_000)
          ),
          Effect.retry(Schedule.spaced("200 millis")),
          Effect.timeoutOption("20 seconds")
        )
        expect([round, Option.isSome(answer)]).toEqual([round, true])
        yield* world.discord.until(
          "the card of what came meanwhile",
          () => (messagesAbout(world, code, cardTitle).length === 1 ? true : undefined),
          60_000
        )
        expect(Date.now() - since).toBeLessThan(60_000)
        expect(yield* statusOf(world, "/healthz")).toBe(200)
      }
    }),
  180_000
)

it.scopedLive(
  "a process whose database has fallen silent is not ready, lives, and ends in time when it is told to (A4)",
  () =>
    Effect.gen(function* () {
      const { service, way, world } = yield* alone
      way.silence()
      yield* Effect.repeat(statusOf(world, "/readyz"), {
        until: status => status === 503,
        schedule: Schedule.spaced("100 millis")
      }).pipe(Effect.timeout("15 seconds"))
      expect(yield* statusOf(world, "/healthz")).toBe(200)
      const { code, millis } = yield* service.end("SIGTERM")
      expect(code).toBe(0)
      expect(millis).toBeLessThan(10_000)
    }),
  60_000
)
