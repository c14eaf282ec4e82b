import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Schedule } from "effect"
import type { Scope } from "effect"
import { existsSync } from "node:fs"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Handle } from "../../sandbox/discord/Handle.ts"
import type { WorldEvent } from "../../sandbox/discord/WorldEvent.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { postgresProcessesIn } from "../support/processes.ts"
import { freePort } from "../support/freePort.ts"
import * as ServiceProcess from "../support/serviceProcess.ts"
import { addOwners, cardTitle, messagesAbout } from "./crowd.ts"
import { sendKudos, textOf } from "./steps.ts"
import { inDatabase } from "./stored.ts"
import { makeWorld, untilRegistered } from "./world.ts"
import type { World } from "./world.ts"

describe("a burst of 200 webhooks while the service is killed again and again", () => {
  it.scopedLive(
    "brings every card, and none of them twice",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld({ discord: { dmOpens: { perSecond: 10, burst: 15 } } })
        const { discord, mochi } = world
        yield* mochi.webhooks.configure({ maxTries: 500, retryBase: "100 millis", retryAtMost: "500 millis" })
        const owners = yield* addOwners(world, 40)
        let service = yield* startReady(world)

        const codes = yield* Effect.forEach(
          Array.from({ length: 200 }, (_, index) => index),
          index =>
            Effect.map(
              mochi.seedRequest({
                applicationId: owners[index % 40]!.applicationId,
                vaultProfileId: owners[index % 40]!.vaultProfileId,
                announced: true
              }),
              ({ code }) => code
            )
        )
        // Each kill falls into the handling of the very event that it waits for.
        for (const [happens, count] of killMoments) {
          yield* killedWhen(world, service, happens, count)
          service = yield* startReady(world)
        }
        yield* mochi.webhooks.idle
        yield* discord.until(
          "200 cards",
          () => (codes.every(code => messagesAbout(world, code).length > 0) ? true : undefined),
          90_000
        )
        yield* untilDelivered(world, 200)

        const shown = codes.map(code => messagesAbout(world, code, cardTitle).length)
        expect(shown.filter(count => count === 0)).toEqual([])
        expect(shown.filter(count => count > 1)).toEqual([])
        expect(discord.requests.rateLimited()).toBe(0)
      }),
    180_000
  )
})

const isRequest = (method: string, route: string) => (event: WorldEvent) =>
  event._tag === "RequestDone" && event.request.method === method && event.request.route === route

/** What happens when the process dies, and how often it happened since it started. */
const killMoments: ReadonlyArray<readonly [(event: WorldEvent) => boolean, number]> = [
  // Stored at Discord, the answer still on its way.
  [event => event._tag === "MessageCreated", 1],
  [event => event._tag === "MessageCreated", 7],
  [isRequest("POST", "/users/@me/channels"), 3],
  [isRequest("POST", "/channels/{channel_id}/messages"), 5],
  [event => event._tag === "MessageCreated", 20],
  [event => event._tag === "MessageUpdated" || event._tag === "MessageCreated", 12]
]

describe("kill -9 around the creation of a request", () => {
  it.scopedLive(
    "leaves at most one request at Mochi and tells each requester the truth",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { mochi } = world
        const service = yield* startReady(world)
        yield* untilRegistered(world)

        const draftHangs = yield* kudosUnder(world, "balances", Fault.HangBefore())
        const neverArrived = yield* kudosUnder(world, "createTransferRequest", Fault.HangBefore())
        const answerLost = yield* kudosUnder(world, "createTransferRequest", Fault.HangAfter())
        // Mochi goes on by itself with what arrived before the kill, and has the request three seconds after it.
        const arrivesLate = yield* kudosUnder(
          world,
          "createTransferRequest",
          Fault.Latency({ duration: "4 seconds" })
        )
        expect((yield* mochi.requests).length).toBe(1)
        service.killNow()
        yield* service.end("SIGKILL")
        yield* mochi.faults.clear
        yield* startReady(world)

        expect(textOf(yield* draftHangs.answeredWhen(() => true, 15_000))).toContain("nothing was created")
        expect(textOf(yield* neverArrived.answeredWhen(() => true, 15_000))).toContain(
          "may have been created"
        )
        expect(textOf(yield* answerLost.answeredWhen(() => true, 15_000))).toContain("Kudos Request Created")
        const late = yield* arrivesLate.answeredWhen(
          message => textOf(message).includes("Kudos Request Created"),
          20_000
        )
        expect(late.versions.length).toBeLessThanOrEqual(3)

        const creates = yield* mochi.creates
        expect(creates.map(({ interactionId }) => interactionId).toSorted()).toEqual(
          [neverArrived, answerLost, arrivesLate].map(({ interaction }) => interaction.id).toSorted()
        )
        expect((yield* mochi.requests).length).toBe(2)
      }),
    60_000
  )

  it.scopedLive(
    "right after Mochi's answer still tells of the created request, and an answer that was given stays",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { discord, mochi } = world
        const service = yield* startReady(world)
        yield* untilRegistered(world)

        const refused = yield* sendKudos(world, { amount: "1000000" })
        const overBalance = yield* refused.answered
        const answeredBefore = yield* sendKudos(world)
        yield* answeredBefore.answered
        const [request] = yield* mochi.requests
        yield* mochi.decide(request!.code, "approved")
        yield* answeredBefore.answeredWhen(message => textOf(message).includes("approved"))

        const news = yield* mochi.subscribe
        const cutOff = yield* sendKudos(world)
        let ended = false
        while (!ended) {
          const event = yield* news.take
          ended = event._tag === "CallEnded" && event.call.operation === "createTransferRequest"
        }
        service.killNow()
        yield* service.end("SIGKILL")
        const before = answeredBefore.original()?.versions.length
        // Longer than one call is repeated by itself.
        discord.faults.add({
          on: "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
          times: 5,
          effect: { kind: "status", status: 500 }
        })
        yield* startReady(world)
        expect(textOf(yield* cutOff.answeredWhen(() => true, 30_000))).toContain("Kudos Request Created")
        yield* Effect.repeat(
          inDatabase(world, sql => sql`select 1 from interactions where awaits_answer`),
          { schedule: Schedule.spaced("50 millis"), until: awaited => awaited.length === 0 }
        ).pipe(Effect.timeout("20 seconds"))
        expect((yield* mochi.creates).length).toBe(2)
        expect(discord.messages.get(overBalance.id)?.versions.length).toBe(overBalance.versions.length)
        expect(answeredBefore.original()?.versions.length).toBe(before)
      }),
    60_000
  )

  it.scopedLive(
    "a second process beside the first leaves its intents alone",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld()
        const { mochi } = world
        const first = yield* startReady(world)
        yield* untilRegistered(world)
        const slow = yield* kudosUnder(
          world,
          "createTransferRequest",
          Fault.Latency({ duration: "7 seconds" })
        )
        const second = yield* startReady(world, { PORT: String(yield* freePort) })
        const answer = yield* slow.answeredWhen(() => true, 20_000)
        expect(textOf(answer)).toContain("Kudos Request Created")
        // Deferred, then answered: nobody said anything in between.
        expect(answer.versions.length).toBe(2)
        expect((yield* mochi.creates).length).toBe(1)
        expect(second.log().map(({ message }) => message)).not.toContain(
          "Took over from a process that ended"
        )
        yield* first.end("SIGTERM")
      }),
    60_000
  )
})

describe("SIGTERM on the embedded database", () => {
  it.scopedLive(
    "ends with exit code 0 in time, leaves no PostgreSQL, and the session is resumed by the next start",
    () =>
      Effect.gen(function* () {
        const dataDir = yield* temporaryFolder
        const world = yield* makeWorld()
        const { discord, mochi } = world
        const environment = { DATABASE_URL: "", DATA_DIR: dataDir }
        const closed: Array<number> = []
        discord.listen(event => {
          if (event._tag === "GatewayClosed") closed.push(event.code)
        })
        const service = yield* startReady(world, environment)
        yield* untilRegistered(world)
        expect(existsSync(join(dataDir, "postgres"))).toBe(true)
        const hanging = yield* kudosUnder(world, "createTransferRequest", Fault.HangAfter())
        const { code, millis } = yield* service.end("SIGTERM")
        expect({ code, inTime: millis < 10_000 }).toEqual({ code: 0, inTime: true })
        expect(closed).toEqual([4200])
        expect(postgresProcessesIn(dataDir)).toEqual([])

        yield* mochi.faults.clear
        const next = yield* startReady(world, environment)
        expect(discord.gateway.identifies.length).toBe(1)
        expect(textOf(yield* hanging.answeredWhen(() => true, 15_000))).toContain("Kudos Request Created")
        expect((yield* mochi.creates).length).toBe(1)
        expect((yield* next.end("SIGTERM")).code).toBe(0)
        expect(postgresProcessesIn(dataDir)).toEqual([])
      }),
    60_000
  )
})

const startReady = (world: World, environment: Readonly<Record<string, string>> = {}) =>
  Effect.tap(
    ServiceProcess.start({ ...world.environment, LOG_LEVEL: "info", ...environment }),
    service => service.ready
  )

/** Kills in the same instant in which it happens so often. */
const killedWhen = (
  { discord }: World,
  service: ServiceProcess.ServiceProcess,
  happens: (event: WorldEvent) => boolean,
  count: number
) =>
  Effect.gen(function* () {
    const killed = yield* Deferred.make<void>()
    let left = count
    const forget = discord.listen(event => {
      if (!happens(event) || --left > 0) return
      service.killNow()
      Deferred.unsafeDone(killed, Effect.void)
    })
    yield* Deferred.await(killed).pipe(Effect.timeout("40 seconds"))
    forget()
    yield* service.end("SIGKILL")
  })

/** A `/kudos` that has come as far as this call, which goes wrong in this way. */
const kudosUnder = (
  world: World,
  operation: "balances" | "createTransferRequest",
  fault: Fault
): Effect.Effect<Handle, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const { mochi } = world
    yield* mochi.faults.add({ fault, operations: [operation], times: 1 })
    const news = yield* mochi.subscribe
    const run = yield* sendKudos(world)
    const awaited = fault._tag === "HangAfter" ? "CallEnded" : "CallBegan"
    let came = false
    while (!came) {
      const event = yield* news.take
      came = event._tag === awaited && event.call.operation === operation
    }
    return run
  })

/** Until nothing waits in the outbox and so many notifications are delivered. */
const untilDelivered = (world: World, count: number) =>
  Effect.gen(function* () {
    yield* inDatabase(world, sql =>
      Effect.repeat(
        sql<{ state: string; count: number }>`select state, count(*)::int from notifications group by state`,
        {
          schedule: Schedule.spaced("200 millis"),
          until: rows => rows.length === 1 && rows[0]?.state === "delivered" && rows[0].count === count
        }
      )
    ).pipe(Effect.timeout("90 seconds"))
  })

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "mochi-crash-"))
    await chmod(folder, 0o711)
    return folder
  }),
  folder => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)
