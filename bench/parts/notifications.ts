import { Clock, Effect, Option } from "effect"
import type { Scope } from "effect"
import { randomUUID } from "node:crypto"
import { signedHeaders } from "../../sandbox/mochi/webhookSigning.ts"
import type { Ground } from "../Ground.ts"
import { percentile } from "../statistics.ts"
import * as Subject from "../Subject.ts"
import { serviceRow } from "../Table.ts"
import type { Table } from "../Table.ts"

const owners = 300
/** Warms the service up with people other than the owners of the bursts. */
const warmUp = { people: 20, count: 100, perSecond: 20 }
const toNew = { count: owners, perSecond: Number.POSITIVE_INFINITY }
/** Some owners get two. */
const toKnown = { count: 500, perSecond: Number.POSITIVE_INFINITY }
const steady = { count: 200, perSecond: 20 }

/** Discord's limits, per second. */
const newDms = 10
const requests = 50

/** From signed webhooks to cards that owners see: a burst to new DMs, a burst to known DMs, then a steady rate. */
export const notifications = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const subject = yield* Subject.make(ground, "service", {
      people: owners + warmUp.people,
      mochiTakes: 20
    })
    const { discord } = subject
    const inBursts = { ...subject, crowd: subject.crowd.slice(0, owners) }
    yield* run({ ...subject, crowd: subject.crowd.slice(owners) }, warmUp)
    const toNewDms = yield* run(inBursts, toNew)
    const toKnownDms = yield* run(inBursts, toKnown)
    const atSteadyRate = yield* run(inBursts, steady)
    const refusedDms = discord.requests.all.filter(({ status, route }) => route === openDm && status >= 400)
    return {
      title: `Notifications: webhooks of ${toNew.count} requests to ${owners} new DMs at once, of ${toKnown.count} to known DMs at once, and ${steady.perSecond} a second`,
      note: "From the service's 202 for a webhook to the card in the owner's DM. Discord allows 10 new DMs a second, 50 requests a second.",
      rows: [
        ...burstRows("new DMs", toNewDms, newDms),
        ...burstRows("known DMs", toKnownDms, requests),
        serviceRow(
          `${toKnown.count} webhooks at once: until the last is taken in`,
          "s",
          toKnownDms.takenInAfter / 1000,
          { atMost: 3 }
        ),
        ...([0.5, 0.95, 0.99] as const).map(share =>
          serviceRow(
            `${steady.perSecond} a second: accepted to shown p${share * 100}`,
            "ms",
            percentile(atSteadyRate.delays, share),
            share === 0.95 ? { atMost: 10_000 } : undefined
          )
        ),
        serviceRow(`${steady.perSecond} a second: CPU a webhook and its card`, "ms", atSteadyRate.cpuMillis),
        wrong("webhooks refused at first", toNewDms.refused + toKnownDms.refused + atSteadyRate.refused),
        wrong("cards missing or shown twice", toNewDms.wrong + toKnownDms.wrong + atSteadyRate.wrong),
        wrong("answers of 429", discord.requests.rateLimited()),
        wrong("DMs refused as opened too fast", refusedDms.length)
      ]
    }
  })

const openDm = "/users/@me/channels"

const wrong = (figure: string, service: number) => serviceRow(figure, "", service, { atMost: 0 })

const burstRows = (name: string, { shownPerSecond }: Outcome, allowed: number) => [
  serviceRow(`${name}: shown`, "cards/s", shownPerSecond),
  serviceRow(`${name}: of the allowed ${allowed} a second`, "%", (shownPerSecond / allowed) * 100, {
    atLeast: 97
  })
]

interface Outcome {
  /** Milliseconds from the first webhook to the last answer. */
  readonly takenInAfter: number
  /** From the first webhook accepted to the last card. */
  readonly shownPerSecond: number
  /** Milliseconds from the 202 to the card. */
  readonly delays: ReadonlyArray<number>
  /** Of the service's process, for each webhook. */
  readonly cpuMillis: number
  /** Webhooks whose first answer was not 202. */
  readonly refused: number
  readonly wrong: number
}

/** Sends the webhooks of new requests at that rate and waits for the cards, for 90 seconds at most. */
const run = (
  subject: Subject.Subject,
  { count, perSecond }: { readonly count: number; readonly perSecond: number }
): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const { discord } = subject
    const posts = yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      index => webhookOf(subject, index)
    )
    const shownAt = new Map<string, ReadonlyArray<number>>()
    const forget = discord.listen(event => {
      if (event._tag !== "MessageCreated") return
      const [embed] = event.message.embeds
      const code = embed?.fields?.find(({ name }) => name === "Request ID")?.value
      if (code !== undefined) shownAt.set(code, [...(shownAt.get(code) ?? []), performance.now()])
    })
    const cpuBefore = yield* subject.child.cpuMillis
    const start = yield* Clock.currentTimeMillis
    const startedAt = performance.now()
    const answers = yield* Effect.forEach(
      posts,
      (post, index) =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          yield* Effect.sleep(Math.max(0, start + (index * 1000) / perSecond - now))
          const status = yield* post.send
          return { code: post.code, status, at: performance.now() }
        }),
      { concurrency: "unbounded" }
    )
    const accepted = answers.filter(({ status }) => status === 202)
    // Retries as Mochi would; the figures count the first try.
    const refused = posts.filter((_, index) => answers[index]?.status !== 202)
    yield* Effect.forEach(refused, post =>
      Effect.repeat(Effect.delay(post.send, "200 millis"), { until: status => status === 202, times: 20 })
    )
    yield* Effect.ignore(
      discord.until(
        "every card",
        () => (posts.every(({ code }) => shownAt.has(code)) ? true : undefined),
        90_000
      )
    )
    // A duplicate card would come now.
    yield* Effect.sleep("1 second")
    forget()
    const cpuAfter = yield* subject.child.cpuMillis
    const times = [...shownAt.values()].flatMap(at => at.slice(0, 1))
    const arrivals = answers.map(({ at }) => at)
    return {
      takenInAfter: Math.max(...arrivals) - startedAt,
      shownPerSecond: (times.length * 1000) / (Math.max(...times) - Math.min(...arrivals)),
      delays: accepted.flatMap(({ at, code }) => {
        const [first] = shownAt.get(code) ?? []
        return first === undefined ? [] : [first - at]
      }),
      cpuMillis: (cpuAfter - cpuBefore) / count,
      refused: refused.length,
      wrong: posts.filter(({ code }) => shownAt.get(code)?.length !== 1).length
    }
  })

/** A new request of the owner's application, and its signed event, ready to go. */
const webhookOf = (subject: Subject.Subject, index: number) =>
  Effect.gen(function* () {
    const { crowd, mochi } = subject
    const { url, webhookSecret } = Subject.serviceOf(subject)
    const person = (offset: number) => crowd[(index + offset) % crowd.length]
    const [owner, requester, recipient] = [person(0), person(1), person(2)]
    if (!owner || !requester || !recipient) return yield* Effect.dieMessage("nobody is there")
    const { code } = yield* mochi.seedRequest({
      applicationId: owner.applicationId,
      vaultProfileId: owner.vaultId,
      requesterProfileId: requester.profileId,
      recipientProfileId: recipient.profileId,
      requesterMetadata: { platform: "discord", discord_user_id: requester.discordId, interaction_id: "1" }
    })
    const body = JSON.stringify(Option.getOrNull(yield* mochi.eventOf(code)))
    const send = Effect.promise(async () => {
      const response = await fetch(`${url}/webhooks/mochi`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...signedHeaders({
            id: `msg_${randomUUID()}`,
            timestamp: Math.floor(Date.now() / 1000),
            body,
            secrets: [webhookSecret]
          })
        },
        body
      })
      await response.arrayBuffer()
      return response.status
    })
    return { code, send }
  })
