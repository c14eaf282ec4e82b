import { describe, expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { randomInt } from "node:crypto"
import type { Message } from "../../sandbox/discord/Model.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import type { TransferRequest } from "../../sandbox/mochi/ledger.ts"
import { freePort } from "../support/freePort.ts"
import * as ServiceProcess from "../support/serviceProcess.ts"
import { addOwners, cardTitle, messagesAbout } from "./crowd.ts"
import { addNewcomer, textOf } from "./steps.ts"
import { inDatabase } from "./stored.ts"
import { makeWorld } from "./world.ts"
import type { World } from "./world.ts"

/** `FAULTS_SEED` replays a run that failed. */
const seed = Number(process.env["FAULTS_SEED"] ?? randomInt(1, 1_000_000))

const requestCount = 80

describe("two services on one database while Discord, Mochi and the network misbehave", () => {
  it.scopedLive(
    `end with every card in Mochi's final state, nobody told twice and nothing lost (FAULTS_SEED=${seed})`,
    () =>
      Effect.gen(function* () {
        const otherPort = yield* freePort
        const world = yield* makeWorld({ mochi: { seed } })
        const { discord, mochi, url, webhookSecret } = world
        const owners = yield* addOwners(world, 20)
        const requesters = yield* Effect.all(Array.from({ length: 10 }, () => addNewcomer(world)))
        const recipients = yield* Effect.all(Array.from({ length: 10 }, () => addNewcomer(world)))
        yield* misbehave(world)
        yield* mochi.webhooks.target({
          botUrls: [url, `http://127.0.0.1:${otherPort}`],
          secrets: [webhookSecret]
        })
        const one = yield* ServiceProcess.start({ ...world.environment, LOG_LEVEL: "info" })
        const two = yield* ServiceProcess.start({
          ...world.environment,
          LOG_LEVEL: "info",
          PORT: String(otherPort)
        })
        yield* one.ready
        yield* two.ready

        const random = randomFrom(seed)
        const twiceAtTimes = Effect.suspend(() =>
          mochi.webhooks.configure({ copies: random() < 0.05 ? 2 : 1, freshIds: random() < 0.5 })
        )
        const requests = yield* Effect.forEach(
          Array.from({ length: requestCount }, (_, at) => at),
          at =>
            Effect.zipRight(
              twiceAtTimes,
              mochi.seedRequest({
                applicationId: owners[at % 20]!.applicationId,
                vaultProfileId: owners[at % 20]!.vaultProfileId,
                requesterProfileId: requesters[at % 10]!.profileId,
                recipientProfileId: recipients[(at + 3) % 10]!.profileId,
                requesterMetadata: {
                  platform: "discord",
                  discord_user_id: requesters[at % 10]!.user.id,
                  interaction_id: `seeded${at}`
                },
                ...(random() < 0.15 ? { expiresAt: Date.now() + 4000 } : {}),
                announced: true
              })
            )
        )
        yield* Effect.forEach(requests, ({ code, expiresAt }) =>
          Effect.gen(function* () {
            const expires = expiresAt < Date.now() + 60_000
            const fate = random()
            if (expires || fate > 0.9) return
            yield* twiceAtTimes
            yield* mochi.decide(code, fate < 0.6 ? "approved" : "rejected")
            if (fate < 0.1) yield* mochi.decide(code, "failed")
          }).pipe(Effect.ignore)
        )
        // Half-way, the process that sends dies, and the other one takes over.
        yield* discord.until(
          "half of the cards",
          () =>
            requests.filter(({ code }) => messagesAbout(world, code, cardTitle).length > 0).length >=
            requestCount / 2
              ? true
              : undefined,
          60_000
        )
        const sender = one.log().some(({ message, role }) => message === "role_taken" && role === "delivery")
          ? one
          : two
        yield* sender.end("SIGKILL")
        yield* mochi.webhooks.target({
          botUrls: [sender === one ? two.url : one.url],
          secrets: [webhookSecret]
        })
        yield* mochi.webhooks.idle
        yield* untilNothingWaits(world)

        const finals = yield* mochi.requests
        const wrong = finals.flatMap(request => faultsOf(world, request))
        expect(wrong).toEqual([])
        expect(finals.length).toBe(requestCount)
        const ends = Map.groupBy(finals, ({ status }) => status)
        expect([...ends.keys()].toSorted()).toEqual(["expired", "failed", "pending", "rejected", "success"])
      }),
    180_000
  )
})

/** The shares that are asked for, of every kind of call. */
const misbehave = ({ discord, mochi }: World) =>
  Effect.gen(function* () {
    const messages = /^(POST|PATCH|GET) \/(channels|users|webhooks)/
    discord.faults.add({ on: messages, probability: 0.05, seed, effect: { kind: "status", status: 500 } })
    discord.faults.add({
      on: messages,
      probability: 0.05,
      seed: seed + 1,
      effect: { kind: "rateLimit", retryAfterMs: 200 }
    })
    discord.faults.add({
      on: messages,
      probability: 0.02,
      seed: seed + 2,
      effect: { kind: "cut", when: "after" }
    })
    yield* mochi.faults.add({ fault: Fault.Status({ status: 500 }), probability: 0.05, seed })
    yield* mochi.webhooks.configure({
      outOfOrder: 0.2,
      maxTries: 500,
      retryBase: "100 millis",
      retryAtMost: "1 second"
    })
  })

/** What is wrong with what people see of this request; each finding names the request. */
const faultsOf = (world: World, { code, status }: TransferRequest): ReadonlyArray<string> => {
  const cards = messagesAbout(world, code, cardTitle)
  const told = messagesAbout(world, code, /^Kudos Request /)
  const thanks = messagesAbout(world, code, /^Kudos Received$/)
  const [card] = cards
  const word = status === "success" ? "approved" : status
  const expect_ = (holds: boolean, what: string) => (holds ? [] : [`${code} (${status}): ${what}`])
  return [
    ...expect_(cards.length === 1, `${cards.length} cards`),
    ...expect_(
      card !== undefined && (status === "pending" ? hasButtons(card) : textOf(card).includes(word)),
      "the card does not show the end"
    ),
    ...expect_(status === "pending" || card === undefined || !hasButtons(card), "buttons on a settled card"),
    ...expect_(
      new Set(told.map(message => message.embeds[0]?.title)).size === told.length,
      `the requester was told ${told.length} times`
    ),
    ...expect_(
      status === "pending"
        ? told.length === 0
        : told.some(message => message.embeds[0]?.title?.toLowerCase().endsWith(word) === true),
      "the requester does not know the end"
    ),
    ...expect_(
      status === "failed" ? thanks.length <= 1 : thanks.length === (status === "success" ? 1 : 0),
      `the recipient was thanked ${thanks.length} times`
    )
  ]
}

const hasButtons = ({ components }: Message): boolean => components.length > 0

/** Until all that was to be told is told, and nobody has to be asked any more before a request's own expiry. */
const untilNothingWaits = (world: World) =>
  inDatabase(world, sql =>
    Effect.repeat(
      sql<{ waiting: number }>`select (
          (select count(*) from notifications where state <> 'delivered') +
          (select count(*) from pgboss.job where state < 'completed' and start_after < now() + interval '1 hour') +
          (select count(*) from transfer_requests where status = 'pending' and expires_at < now() + interval '1 hour')
        )::int as waiting`,
      { schedule: Schedule.spaced("250 millis"), until: ([row]) => row?.waiting === 0 }
    )
  ).pipe(Effect.timeout("90 seconds"))

const randomFrom = (start: number) => {
  let state = start >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
