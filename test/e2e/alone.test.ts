import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Handle } from "../../sandbox/discord/Handle.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import * as ServiceProcess from "../support/serviceProcess.ts"
import * as TcpProxy from "../support/tcpProxy.ts"
import { sendKudos, textOf } from "./steps.ts"
import { makeWorld, untilRegistered } from "./world.ts"
import type { World } from "./world.ts"

const original = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"

const readBy = (run: Handle) =>
  run
    .answeredWhen(() => true, 60_000)
    .pipe(
      Effect.map(textOf),
      Effect.orElseSucceed(() => (run.interaction.ack === null ? "no acknowledgement" : "no answer"))
    )

/** Somebody who does as they are told: who reads that nothing was created tries again, once. */
const thanks = (world: World) =>
  Effect.gen(function* () {
    const first = yield* sendKudos(world, { amount: "0.01" })
    const read = yield* readBy(first)
    if (!read.includes("nothing was created")) return { read, runs: [first] }
    const second = yield* sendKudos(world, { amount: "0.01" })
    yield* readBy(second)
    return { read, runs: [first, second] }
  })

describe("a copy alone", () => {
  it.scopedLive(
    "takes over what it had begun itself under a lease that lapsed, and then creates none of it (A1)",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { discord, mochi } = world
        const url = new URL(world.environment["DATABASE_URL"] ?? "")
        const way = yield* TcpProxy.make({ host: url.hostname, port: Number(url.port) })
        url.host = `127.0.0.1:${way.port}`
        const service = yield* ServiceProcess.start({
          ...world.environment,
          DATABASE_URL: url.href,
          LOG_LEVEL: "info"
        })
        yield* service.ready
        yield* untilRegistered(world)
        const slow = (operation: "applications" | "balances", millis: number) =>
          mochi.faults.add({
            operations: [operation],
            fault: Fault.Latency({ duration: `${millis} millis` })
          })
        yield* slow("applications", 2_400)
        yield* slow("balances", 9_000)
        // Telling takes its time, in which the commands go on whose checks are done by then.
        const fast = discord.faults.add({ on: original, effect: { kind: "latency", ms: 300 } })
        const running = yield* Effect.fork(
          Effect.forEach(
            Array.from({ length: 60 }, (_, index) => index),
            index => Effect.delay(thanks(world), `${index * 40} millis`),
            { concurrency: "unbounded" }
          )
        )
        yield* Effect.sleep("2600 millis")
        way.cut()
        yield* Effect.sleep("8600 millis")
        way.restore()
        yield* Effect.sleep("6 seconds")
        yield* mochi.faults.clear
        fast()
        const ends = yield* Fiber.join(running)
        yield* Effect.sleep("3 seconds")
        const created = (yield* mochi.creates).map(({ interactionId }) => interactionId)
        const all = ends.map(({ read, runs }) => ({
          read,
          creates: runs.map(({ interaction }) => created.filter(id => id === interaction.id).length)
        }))
        // Otherwise nothing was tried.
        expect(service.log().map(({ message }) => message)).toContain("process_lease_lapsed")
        expect(all.filter(({ read }) => read.includes("nothing was created")).length).toBeGreaterThan(0)
        expect(
          all.filter(({ creates, read }) => read.includes("nothing was created") && creates[0] !== 0)
        ).toEqual([])
        expect(all.filter(({ creates }) => creates.reduce((sum, n) => sum + n, 0) > 1)).toEqual([])
        expect(all.filter(({ read }) => read === "no answer")).toEqual([])
      }),
    120_000
  )

  it.scopedLive(
    'that stands still for longer than its lease leaves nobody at "is thinking" (A1)',
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const service = yield* ServiceProcess.start(world.environment)
        yield* service.ready
        yield* untilRegistered(world)
        yield* world.mochi.faults.add({
          operations: ["balances"],
          fault: Fault.Latency({ duration: "2 seconds" })
        })
        const runs = yield* Effect.forEach(Array.from({ length: 8 }), () =>
          sendKudos(world, { amount: "0.01" })
        )
        yield* Effect.sleep("1 second")
        process.kill(service.pid, "SIGSTOP")
        yield* Effect.sleep("9 seconds")
        process.kill(service.pid, "SIGCONT")
        const read = yield* Effect.forEach(runs, readBy, { concurrency: "unbounded" })
        const created = (yield* world.mochi.creates).length
        expect(read.filter(text => text === "no answer")).toEqual([])
        expect(read.filter(text => text.includes("Kudos Request Created")).length).toBe(created)
      }),
    120_000
  )

  it.scopedLive(
    "that is told to end while somebody waits for their data tells them to ask again",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { ada, channel, discord, grace, guild, linus, mochi } = world
        const service = yield* ServiceProcess.start(world.environment)
        yield* service.ready
        yield* untilRegistered(world)
        yield* mochi.faults.add({ operations: ["profileByDiscord", "profile"], fault: Fault.HangBefore() })
        const runs = yield* Effect.forEach([ada, grace, linus], user =>
          discord.people.slashCommand({ user, guild, channel, name: "privacy", subcommand: "export" })
        )
        yield* Effect.forEach(runs, run => run.acked)
        expect(yield* service.end("SIGTERM")).toMatchObject({ code: 0 })
        const read = yield* Effect.forEach(runs, run =>
          run.answeredWhen(() => true, 1_000).pipe(Effect.map(textOf))
        )
        expect(read.filter(text => text.includes("try again")).length).toBeGreaterThan(0)
      }),
    60_000
  )
})
