import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import type { Handle } from "../../sandbox/discord/Handle.ts"
import { balance } from "../support/balancer.ts"
import { freePort } from "../support/freePort.ts"
import * as ServiceProcess from "../support/serviceProcess.ts"
import { cardTitle, messagesAbout } from "./crowd.ts"
import { sendKudos } from "./steps.ts"
import { inDatabase } from "./stored.ts"
import { makeWorld, untilRegistered } from "./world.ts"
import type { World } from "./world.ts"

const patience = 120_000

/** One copy of the service beside others: its own port, the same everything else. */
const startCopy = (world: World) =>
  Effect.gen(function* () {
    const port = yield* freePort
    return yield* ServiceProcess.start({ ...world.environment, PORT: String(port) })
  })

/** Where Discord and Mochi post to. */
const inFrontOf = ({ url }: World, copies: ReadonlyArray<ServiceProcess.ServiceProcess>) =>
  balance(
    Number(new URL(url).port),
    copies.map(copy => copy.url)
  )

const discordState = (copy: ServiceProcess.ServiceProcess) =>
  Effect.promise(() =>
    fetch(`${copy.url}/readyz`)
      .then(response => response.json())
      .then((report: { checks: { discord: string } }) => report.checks.discord)
      .catch(() => "gone")
  )

/** Every card stands once, and Mochi has each request once, however often the work changed hands. */
const nothingTwice = (world: World) =>
  Effect.gen(function* () {
    yield* world.mochi.webhooks.idle
    const requests = yield* world.mochi.requests
    yield* inDatabase(
      world,
      sql => sql`select from notifications where audience = 'owner' and state = 'delivered'`
    ).pipe(
      Effect.repeat({
        until: rows => rows.length >= requests.length,
        schedule: Schedule.spaced("100 millis")
      }),
      Effect.timeout("40 seconds")
    )
    const cards = requests.map(({ code }) => messagesAbout(world, code, cardTitle).length)
    expect(cards).toEqual(requests.map(() => 1))
    const creates = (yield* world.mochi.creates).map(({ interactionId }) => interactionId)
    expect(new Set(creates).size).toBe(creates.length)
    return requests.length
  })

/** Commands in a steady stream, as many as are asked for; each ends as an answer, or as what the person saw instead. */
const stream = (world: World, count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    index =>
      Effect.flatMap(sendKudos(world, { amount: "0.01" }), run => outcome(run)).pipe(
        Effect.delay(`${index * 150} millis`)
      ),
    { concurrency: "unbounded" }
  )

const outcome = (run: Handle) =>
  run
    .answeredWhen(() => true, 30_000)
    .pipe(
      Effect.map(message => message.embeds[0]?.title ?? message.embeds[0]?.description ?? ""),
      Effect.catchAll(() => Effect.succeed(run.interaction.ack === null ? "no acknowledgement" : "no answer"))
    )

it.scopedLive(
  "two copies behind a balancer share the interactions; when one is killed, the other answers for both",
  () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ mode: "http" })
      const copies = [yield* startCopy(world), yield* startCopy(world)] as const
      yield* inFrontOf(world, copies)
      yield* Effect.forEach(copies, ({ ready }) => ready)
      yield* untilRegistered(world)

      const traffic = yield* Effect.fork(stream(world, 30))
      yield* Effect.sleep("2 seconds")
      const shares = yield* inDatabase(world, sql => sql`select from interactions group by holder`).pipe(
        Effect.delay("50 millis"),
        Effect.repeat({ until: rows => rows.length >= 2 }),
        Effect.timeout("20 seconds")
      )
      expect(shares).toHaveLength(2)
      yield* copies[0].end("SIGKILL")

      const outcomes = yield* Fiber.join(traffic)
      // Discord tells the people who had no acknowledgement when their copy died, and nobody else is left waiting.
      expect(outcomes.filter(outcome => outcome === "no answer")).toEqual([])
      expect(outcomes.filter(outcome => outcome === "no acknowledgement").length).toBeLessThanOrEqual(2)
      expect(outcomes.filter(outcome => outcome === "Kudos Request Created").length).toBeGreaterThanOrEqual(
        27
      )
      expect(yield* nothingTwice(world)).toBeGreaterThanOrEqual(27)
    }),
  patience
)

it.scopedLive(
  "of two copies on the gateway one stands by, and has it within ten seconds of the other's kill -9",
  () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const first = yield* startCopy(world)
      yield* first.ready
      yield* untilRegistered(world)
      const second = yield* startCopy(world)
      yield* second.ready
      yield* inFrontOf(world, [first, second])
      expect([yield* discordState(first), yield* discordState(second)]).toEqual(["ok", "standby"])

      const before = yield* Effect.flatMap(sendKudos(world), run => run.answered)
      expect(before.embeds[0]?.title).toBe("Kudos Request Created")
      const during = yield* Effect.fork(stream(world, 20))
      yield* Effect.sleep("1 second")
      yield* first.end("SIGKILL")
      const killed = Date.now()
      yield* Effect.repeat(discordState(second), {
        until: state => state === "ok",
        schedule: Schedule.spaced("50 millis")
      }).pipe(Effect.timeout("20 seconds"))
      expect(Date.now() - killed).toBeLessThan(10_000)

      const after = yield* Effect.flatMap(sendKudos(world), run => run.answered)
      expect(after.embeds[0]?.title).toBe("Kudos Request Created")
      const outcomes = yield* Fiber.join(during)
      expect(outcomes.filter(outcome => outcome === "no answer")).toEqual([])
      expect(yield* nothingTwice(world)).toBeGreaterThanOrEqual(2)
    }),
  patience
)
