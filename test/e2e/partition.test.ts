import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Queue, Schedule } from "effect"
import { fromMochi } from "../../src/domain/RequestStatus.ts"
import type { Message } from "../../sandbox/discord/Model.ts"
import type { Handle } from "../../sandbox/discord/Handle.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { freePort } from "../support/freePort.ts"
import * as ServiceProcess from "../support/serviceProcess.ts"
import * as TcpProxy from "../support/tcpProxy.ts"
import { addOwners, cardTitle, messagesAbout } from "./crowd.ts"
import type { Owner } from "./crowd.ts"
import { sendKudos, textOf } from "./steps.ts"
import { makeWorld, untilRegistered } from "./world.ts"
import type { World } from "./world.ts"

const patience = 240_000

/** How the first copy is cut off from the database; the second one never is. */
const troubles = {
  "is reset, and then refused": (way: TcpProxy.TcpProxy) => way.cut(),
  "goes silent": (way: TcpProxy.TcpProxy) => way.silence(),
  "goes silent for it alone": (way: TcpProxy.TcpProxy) => way.vanish()
}
type Trouble = keyof typeof troubles

/** Two copies of the service; the first holds the gateway and reaches the database by a way of its own. */
const twoCopies = Effect.gen(function* () {
  const world = yield* makeWorld()
  const direct = new URL(world.environment["DATABASE_URL"] ?? "")
  const way = yield* TcpProxy.make({ host: direct.hostname, port: Number(direct.port) })
  const detour = new URL(direct)
  detour.host = `127.0.0.1:${way.port}`
  const first = yield* startCopy(world, detour.href)
  yield* first.ready
  yield* untilRegistered(world)
  const second = yield* startCopy(world, direct.href)
  yield* second.ready
  // Mochi's webhooks go to the one that keeps its database: the other refuses them while it has none.
  yield* world.mochi.webhooks.target({ botUrls: [second.url], secrets: [world.webhookSecret] })
  return { world, way }
})

const startCopy = (world: World, databaseUrl: string) =>
  Effect.gen(function* () {
    const port = yield* freePort
    return yield* ServiceProcess.start({
      ...world.environment,
      DATABASE_URL: databaseUrl,
      PORT: String(port)
    })
  })

const randomMillis = (least: number, most: number) =>
  Effect.sync(() => least + Math.floor(Math.random() * (most - least)))

/** Cuts the way after a random while, for a random while. */
const cutOff = (
  way: TcpProxy.TcpProxy,
  trouble: Trouble,
  [soonest, latest]: readonly [number, number],
  [shortest, longest]: readonly [number, number]
) =>
  Effect.gen(function* () {
    const [after, during] = [yield* randomMillis(soonest, latest), yield* randomMillis(shortest, longest)]
    yield* Effect.sleep(after)
    troubles[trouble](way)
    yield* Effect.sleep(during)
    way.restore()
    return `cut off after ${after} ms for ${during} ms`
  })

const answerOf = (run: Handle) =>
  run
    .answeredWhen(() => true, 60_000)
    .pipe(
      Effect.map(message => textOf(message)),
      Effect.catchAll(() => Effect.succeed(run.interaction.ack === null ? "no acknowledgement" : "no answer"))
    )

/** Somebody who does as they are told: who reads that nothing was created tries again, once. */
const thanks = (world: World) =>
  Effect.gen(function* () {
    const first = yield* sendKudos(world, { amount: "0.01" })
    if (!(yield* answerOf(first)).includes("nothing was created")) return [first]
    const second = yield* sendKudos(world, { amount: "0.01" })
    yield* answerOf(second)
    return [first, second]
  })

describe.concurrent("two copies, one of which loses the database", () => {
  // Over before a lease lapses, or after it.
  const [shorter, longer] = [
    [4_000, 7_500],
    [8_500, 9_500]
  ] as const
  const rounds: ReadonlyArray<readonly [Trouble, ReadonlyArray<readonly [number, number]>]> = [
    ["is reset, and then refused", [shorter, longer]],
    ["goes silent", [longer]],
    ["goes silent for it alone", [shorter, longer]]
  ]
  for (const [trouble, whiles] of rounds)
    it.scopedLive(
      `never ask for money twice, nor tell a person that nothing was created and then create it, when the way ${trouble} (A1)`,
      () =>
        Effect.gen(function* () {
          const { way, world } = yield* twoCopies
          const { mochi } = world
          for (const during of whiles) {
            yield* mochi.faults.add({
              operations: ["balances"],
              fault: Fault.Latency({ duration: "9 seconds" })
            })
            const runs = yield* Effect.fork(
              Effect.forEach(
                Array.from({ length: 8 }, (_, index) => index),
                index => Effect.delay(thanks(world), `${index * 300} millis`),
                { concurrency: "unbounded" }
              )
            )
            // It is over before the checks of some commands are, which go on then.
            const phase = yield* cutOff(way, trouble, [300, 2_500], during)
            yield* Effect.sleep("8 seconds")
            yield* mochi.faults.clear
            const intentions = yield* Fiber.join(runs)
            // A create that was on its way arrives, and what is known of it is told.
            yield* Effect.sleep("3 seconds")
            const created = (yield* mochi.creates).map(({ interactionId }) => interactionId)
            const ends = intentions.map(handles => ({
              phase,
              creates: handles.map(({ interaction }) => created.filter(id => id === interaction.id).length),
              answers: handles.map(handle => {
                const message = handle.original()
                return message === undefined ? "none" : textOf(message)
              })
            }))
            expect(ends.filter(({ creates }) => creates.reduce((sum, n) => sum + n, 0) > 1)).toEqual([])
            const untrue = ends.filter(({ answers, creates }) =>
              answers.some(
                (answer, at) =>
                  (answer.includes("nothing was created") && creates[at] !== 0) ||
                  (answer.includes("Kudos Request Created") && creates[at] !== 1)
              )
            )
            expect(untrue).toEqual([])
            // Everybody who was acknowledged reads an answer.
            expect(
              intentions
                .flat()
                .filter(({ interaction, original }) => interaction.ack !== null && isThinking(original()))
                .map(({ interaction }) => interaction.id)
            ).toEqual([])
          }
        }),
      patience
    )

  it.scopedLive(
    "never have two decisions of one request in flight, and end with true cards, each once (A1)",
    () =>
      Effect.gen(function* () {
        const { way, world } = yield* twoCopies
        const { discord, mochi } = world
        const flights = yield* inFlight(world)
        for (const [from, trouble] of [
          [0, "is reset, and then refused"],
          [6, "goes silent for it alone"]
        ] as const) {
          const owners = yield* addOwners(world, 6, from)
          const removeSlowness = discord.faults.add({
            on: "POST /channels/{channel_id}/messages",
            probability: 0.5,
            effect: { kind: "latency", ms: 2_500 }
          })
          const codes = yield* Effect.forEach(owners, ({ applicationId, vaultProfileId }) =>
            Effect.map(
              mochi.seedRequest({ applicationId, vaultProfileId, announced: true }),
              ({ code }) => code
            )
          )
          // The cards are on their way while the copy that sends them is cut off.
          const first = yield* cutOff(way, trouble, [0, 4_000], [4_000, 14_000])
          yield* discord.until(
            `every card, ${first}`,
            () => (codes.every(code => messagesAbout(world, code, cardTitle).length > 0) ? true : undefined),
            60_000
          )
          removeSlowness()
          yield* mochi.faults.add({
            operations: ["approve", "reject"],
            fault: Fault.Latency({ duration: "3 seconds" })
          })
          const presses = yield* Effect.fork(
            Effect.forEach(
              codes.flatMap((code, index) => [0, 1, 2].map(again => ({ code, index, again }))),
              ({ again, code, index }) =>
                Effect.delay(
                  pressOn(world, owners[index]!, code, again === 1 ? "reject" : "approve"),
                  `${index * 300 + again * 2_500} millis`
                ),
              { concurrency: "unbounded" }
            )
          )
          const second = yield* cutOff(way, trouble, [0, 4_000], [4_000, 14_000])
          yield* Fiber.join(presses)
          yield* mochi.faults.clear
          // The people who were refused because of the trouble decide now, and everything settles.
          yield* Effect.sleep("26 seconds")
          for (const [index, code] of codes.entries()) yield* pressOn(world, owners[index]!, code, "approve")
          yield* mochi.webhooks.idle
          const standing = Effect.forEach(codes, code =>
            Effect.map(mochi.request(code), request => ({
              code,
              status: request._tag === "Some" ? fromMochi(request.value.status) : "unknown",
              shown: messagesAbout(world, code, cardTitle).map(stateOf)
            }))
          )
          const isTrue = (all: Effect.Effect.Success<typeof standing>) =>
            all.every(
              ({ shown, status }) => shown.length === 1 && status !== "pending" && shown[0] === status
            )
          yield* standing.pipe(
            Effect.repeat({ until: isTrue, schedule: Schedule.spaced("200 millis") }),
            Effect.timeoutOption("40 seconds")
          )
          const ends = yield* standing
          expect([first, second, ends.filter(one => !isTrue([one]))]).toEqual([first, second, []])
        }
        expect(flights.most()).toBe(1)
      }),
    patience
  )
})

const isThinking = (message: Message | undefined) => message === undefined || (message.flags & 128) !== 0

/** A settled card's state, as Mochi calls it. */
const stateOf = (message: Message) => {
  const text = textOf(message).toLowerCase()
  if (message.components.length > 0) return "pending"
  return text.includes("approved") ? "approved" : text.includes("rejected") ? "rejected" : "?"
}

/** Presses a button of the request's card, if it still has one; a press that Discord drops is no press. */
const pressOn = (
  world: World,
  { applicationId, user }: Owner,
  code: string,
  decision: "approve" | "reject"
) =>
  Effect.gen(function* () {
    const [card] = messagesAbout(world, code)
    if (card === undefined || card.components.length === 0) return
    const customId = `${decision}-${code}-${applicationId}`
    const pressed = yield* world.discord.people.pressButton({ user, message: card, customId })
    yield* Effect.timeout(pressed.acked, "10 seconds")
  }).pipe(Effect.ignore)

/** How many decisions of one request were ever in flight at once. */
const inFlight = ({ mochi }: World) =>
  Effect.gen(function* () {
    const events = yield* mochi.subscribe
    const now = new Map<string, number>()
    let most = 0
    yield* Effect.forkScoped(
      Effect.forever(
        Effect.map(Queue.take(events), event => {
          if (event._tag !== "CallBegan" && event._tag !== "CallEnded") return
          const { operation, path } = event.call
          if (operation !== "approve" && operation !== "reject") return
          const code = path.split("/").at(-2) ?? ""
          const count = (now.get(code) ?? 0) + (event._tag === "CallBegan" ? 1 : -1)
          now.set(code, count)
          most = Math.max(most, count)
        })
      )
    )
    return { most: () => most }
  })
