import { expect } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Option, Redacted } from "effect"
import {
  ApplicationId,
  BotId,
  ChannelId,
  InteractionId,
  MessageId,
  RequestCode,
  UserId
} from "../../src/domain/Ids.ts"
import type { Audience } from "../../src/domain/Notification.ts"
import { Atomic } from "../../src/ports/Atomic.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import type { Shown } from "../../src/ports/TransferRequests.ts"
import { anyRequest, aRequest, someFacts } from "../adapters/postgres/storedRequests.ts"
import { onEachStore, World } from "./eachStore.ts"

const transaction = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Atomic, atomic => atomic.transaction(work))

onEachStore("transfer requests", it => {
  it.effect.prop(
    "come back as they were saved, field by field",
    { request: anyRequest, later: anyRequest },
    ({ later, request }) =>
      Effect.gen(function* () {
        const requests = yield* TransferRequests
        yield* requests.save(request)
        expect(yield* requests.find(request.key)).toEqual(Option.some(request))
        const changed = { ...later, key: request.key }
        yield* requests.save(changed)
        expect(yield* transaction(requests.lock(request.key))).toEqual(Option.some(changed))
      }),
    { fastCheck: { numRuns: 60 } }
  )

  it.effect("are unknown under a neighbouring key", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      yield* requests.save(aRequest("neighbour"))
      const other = { applicationId: ApplicationId.make("12"), code: RequestCode.make("neighbour") }
      expect(yield* requests.find(other)).toEqual(Option.none())
      expect(yield* transaction(requests.lock(other))).toEqual(Option.none())
    })
  )

  it.effect("keep text of any length", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const request = aRequest("long")
      const facts = Option.some({ ...someFacts, reason: Option.some("ж".repeat(100_000)) })
      yield* requests.save({ ...request, facts })
      expect(Option.getOrThrow(yield* requests.find(request.key)).facts).toEqual(facts)
    })
  )

  it.effect("lose no update to twenty that change them at once", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const request = aRequest("counted")
      const count = transaction(
        Effect.gen(function* () {
          const known = Option.getOrElse(yield* requests.lock(request.key), () => request)
          const before = Number(Option.getOrElse(known.origin, () => "0"))
          yield* Effect.yieldNow()
          yield* requests.save({ ...known, origin: Option.some(`${before + 1}`) })
        })
      )
      yield* Effect.all(
        Array.from({ length: 20 }, () => count),
        { concurrency: "unbounded", discard: true }
      )
      const found = Option.getOrThrow(yield* requests.find(request.key))
      expect(found.origin).toEqual(Option.some("20"))
    })
  )

  it.effect("cannot be locked outside a transaction", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit((yield* TransferRequests).lock(aRequest("loose").key))
      expect(Exit.isFailure(exit) && Cause.isDie(exit.cause)).toBe(true)
    })
  )

  it.effect("show each audience its own message, the newest", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const { key } = aRequest("shown")
      const begun: Shown = {
        channelId: ChannelId.make("1"),
        messageId: Option.none(),
        place: "dm",
        status: "pending",
        isOutdated: false,
        bot: Option.some(BotId.make("1100000000000000001"))
      }
      const sent: Shown = {
        channelId: ChannelId.make("2"),
        messageId: Option.some(MessageId.make("18446744073709551615")),
        place: "channel",
        status: "settled",
        isOutdated: true,
        bot: Option.none()
      }
      const shownTo = (audience: Audience) =>
        Effect.map(
          requests.shown(key, audience),
          Option.map(({ age: _, ...shown }) => shown)
        )
      expect(yield* shownTo("owner")).toEqual(Option.none())
      yield* requests.begin(key, "owner", begun)
      yield* requests.show(key, "recipient", begun)
      expect(yield* shownTo("owner")).toEqual(Option.some(begun))
      yield* requests.show(key, "owner", sent)
      expect(yield* shownTo("owner")).toEqual(Option.some(sent))
      expect(yield* shownTo("recipient")).toEqual(Option.some(begun))
      expect(yield* shownTo("requester")).toEqual(Option.none())
    })
  )

  it.effect("know the age of a message since it was begun", () =>
    Effect.gen(function* () {
      const [requests, world] = [yield* TransferRequests, yield* World]
      const { key } = aRequest("aged")
      const shown: Shown = {
        channelId: ChannelId.make("1"),
        messageId: Option.none(),
        place: "dm",
        status: "pending",
        isOutdated: false,
        bot: Option.none()
      }
      const seconds = Effect.map(requests.shown(key, "owner"), found =>
        Duration.toSeconds(Option.getOrThrow(found).age)
      )
      yield* requests.begin(key, "owner", shown)
      expect(yield* seconds).toBeLessThan(30)
      yield* world.passes("2 minutes")
      yield* requests.show(key, "owner", { ...shown, messageId: Option.some(MessageId.make("5")) })
      expect(yield* seconds).toBeGreaterThanOrEqual(120)
      yield* requests.begin(key, "owner", shown)
      expect(yield* seconds).toBeLessThan(30)
    })
  )

  it.effect("have live answers while the token of their interaction lives", () =>
    Effect.gen(function* () {
      const [requests, claims, world] = [yield* TransferRequests, yield* Claims, yield* World]
      const { key } = aRequest("answered")
      const answer = (id: string) => ({ interactionId: InteractionId.make(id), view: "kudos" as const })
      for (const id of ["900", "901", "902"]) {
        yield* claims.claim({
          id: InteractionId.make(id),
          userId: UserId.make("123456789012345678"),
          token: Redacted.make("token"),
          locale: Option.none(),
          awaitsAnswer: true,
          limit: "button"
        })
        yield* world.passes("1 minute")
      }
      yield* requests.addAnswer(key, { ...answer("901"), view: "owner" })
      yield* requests.addAnswer(key, answer("900"))
      yield* requests.addAnswer(aRequest("another").key, answer("902"))
      expect(yield* requests.answeredBy(InteractionId.make("900"))).toEqual(Option.none())
      yield* requests.save(aRequest("answered"))
      expect(yield* requests.answeredBy(InteractionId.make("900"))).toEqual(Option.some(aRequest("answered")))
      expect(yield* requests.answeredBy(InteractionId.make("904"))).toEqual(Option.none())
      expect(yield* requests.liveAnswers(key)).toEqual([answer("900"), { ...answer("901"), view: "owner" }])
      yield* world.passes(Duration.sum("12 minutes", "1 second"))
      expect(yield* requests.liveAnswers(key)).toEqual([{ ...answer("901"), view: "owner" }])
      yield* requests.addAnswer(key, answer("901"))
      expect(yield* requests.liveAnswers(key)).toEqual([answer("901")])
      yield* world.passes("1 minute")
      expect(yield* requests.liveAnswers(key)).toEqual([])
    })
  )
})
