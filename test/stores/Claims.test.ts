import { expect } from "@effect/vitest"
import { Context, Duration, Effect, Option, Redacted } from "effect"
import { InteractionId, UserId } from "../../src/domain/Ids.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { aRequest } from "../adapters/postgres/storedRequests.ts"
import { answered } from "./conclusions.ts"
import { onEachStore, World } from "./eachStore.ts"

const user = UserId.make("123456789012345678")
const received = (id: string, locale = Option.some("de")) => ({
  id: InteractionId.make(id),
  userId: user,
  token: Redacted.make(`token of ${id} 'quoted'; --`),
  locale,
  awaitsAnswer: true,
  limit: "button" as const
})

/** The claims of another process. */
const claimsOf = (process: number) =>
  Effect.flatMap(World, world => Effect.map(world.asProcess(process), Context.get(Claims)))

/** Of what this process takes over, the interactions with these ids. */
const takenOf = (claims: Claims["Type"], ...ids: ReadonlyArray<string>) =>
  Effect.map(claims.adopt, all => all.map(({ id }): string => id).filter(id => ids.includes(id)))

onEachStore("interactions", it => {
  it.scoped(
    "that still await an answer are taken over from a process that is gone, once, and from no other",
    () =>
      Effect.gen(function* () {
        const [claims, world] = [yield* Claims, yield* World]
        const [gone, alive] = [yield* claimsOf(2), yield* claimsOf(3)]
        yield* gone.claim(received("900"))
        yield* gone.claim(received("901"))
        yield* gone.conclude(answered("901"))
        yield* alive.claim(received("902"))
        const taken = takenOf(claims, "900", "901", "902")
        expect(yield* taken).toEqual([])
        yield* world.ends(2)
        expect(yield* taken).toEqual(["900"])
        expect(yield* takenOf(alive, "900")).toEqual([])
        // It is owed until it is given, also if the answer of the look before was lost.
        yield* claims.conclude(answered("900"))
        expect(yield* taken).toEqual(["900"])
        yield* claims.answeredForAnother(InteractionId.make("900"))
        expect(yield* taken).toEqual([])
      })
  )

  it.scoped("pass on again if the process that took them over ends too", () =>
    Effect.gen(function* () {
      const [claims, world] = [yield* Claims, yield* World]
      const [first, second] = [yield* claimsOf(4), yield* claimsOf(5)]
      yield* first.claim(received("920"))
      yield* world.ends(4)
      expect(yield* takenOf(second, "920")).toEqual(["920"])
      yield* world.ends(5)
      yield* second.conclude(answered("920"))
      expect(yield* takenOf(claims, "920")).toEqual(["920"])
    })
  )

  it.scoped("are answered by the process that holds them, not by the one that did", () =>
    Effect.gen(function* () {
      const [claims, world] = [yield* Claims, yield* World]
      const [theirs, lapsed] = [yield* claimsOf(6), yield* claimsOf(7)]
      yield* theirs.claim(received("950"))
      yield* claims.conclude(answered("950"))
      yield* lapsed.claim(received("951"))
      yield* theirs.claim(received("952"))
      yield* theirs.conclude(answered("952"))
      yield* world.ends(6)
      yield* world.ends(7)
      yield* lapsed.conclude(answered("951"))
      expect((yield* takenOf(claims, "950", "951", "952")).toSorted()).toEqual(["950", "951"])
    })
  )

  it.scoped("that still await an answer are taken over without their token once that has died (C2)", () =>
    Effect.gen(function* () {
      const [claims, world] = [yield* Claims, yield* World]
      const gone = yield* claimsOf(8)
      yield* gone.claim(received("913"))
      yield* world.passes("2 hours")
      yield* gone.claim(received("912"))
      yield* world.passes(Duration.subtract("23 hours", "16 minutes"))
      yield* gone.claim(received("911"))
      yield* world.passes("2 minutes")
      yield* gone.claim(received("910"))
      yield* world.passes("14 minutes")
      yield* world.ends(8)
      const taken = Effect.map(claims.adopt, all =>
        all
          .map(({ id, token, userId }) => [id, userId, Option.map(token, Redacted.value)] as const)
          .filter(([id]) => id.startsWith("91"))
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
      )
      const abandoned = [
        ["910", user, Option.some(Redacted.value(received("910").token))],
        ["911", user, Option.none()],
        ["912", user, Option.none()]
      ]
      expect(yield* taken).toEqual(abandoned)
      yield* claims.prune
      expect(yield* taken).toEqual(abandoned)
    })
  )

  it.effect("are claimed by exactly one of a hundred at once", () =>
    Effect.gen(function* () {
      const claims = yield* Claims
      const claimed = yield* Effect.forEach(
        Array.from({ length: 100 }),
        () => claims.claim(received("100")),
        { concurrency: "unbounded" }
      )
      expect(claimed.filter(({ _tag }) => _tag !== "DeliveredTwice")).toHaveLength(1)
      expect((yield* claims.claim(received("101")))._tag).not.toBe("DeliveredTwice")
    })
  )

  it.effect("keep their token and age while it lives", () =>
    Effect.gen(function* () {
      const [claims, world] = [yield* Claims, yield* World]
      yield* claims.claim(received("200"))
      yield* world.passes("14 minutes")
      yield* world.passes("50 seconds")
      const { age, token } = Option.getOrThrow(yield* claims.liveToken(InteractionId.make("200")))
      expect(Redacted.value(token)).toBe("token of 200 'quoted'; --")
      expect(Duration.toMinutes(age)).toBeGreaterThan(14.8)
      expect(Duration.toMinutes(age)).toBeLessThan(15)
    })
  )

  it.effect("have no token 15 minutes later, pruned or not, nor when they are unknown", () =>
    Effect.gen(function* () {
      const [claims, world] = [yield* Claims, yield* World]
      yield* claims.claim(received("300"))
      yield* world.passes(Duration.sum("15 minutes", "1 second"))
      expect(yield* claims.liveToken(InteractionId.make("300"))).toEqual(Option.none())
      expect(yield* claims.liveToken(InteractionId.make("301"))).toEqual(Option.none())
    })
  )

  it.effect("are forgotten after a day by pruning, and what shows a request once its token died", () =>
    Effect.gen(function* () {
      const [claims, requests, world] = [yield* Claims, yield* TransferRequests, yield* World]
      const request = aRequest("pruned")
      yield* requests.save(request)
      const claim = (id: string) =>
        Effect.zipRight(
          claims.claim(received(id)),
          requests.addAnswer(request.key, { interactionId: InteractionId.make(id), view: "kudos" })
        )
      yield* claim("403")
      yield* world.passes("2 hours")
      yield* claim("402")
      yield* world.passes(Duration.subtract("23 hours", "16 minutes"))
      yield* claim("401")
      yield* world.passes("15 minutes")
      yield* claim("400")
      yield* world.passes("1 minute")
      yield* claims.prune
      const showing = (id: string) => Effect.map(requests.answeredBy(InteractionId.make(id)), Option.isSome)
      expect(yield* Effect.forEach(["400", "401", "402"], showing)).toEqual([true, false, false])
      expect(Option.isSome(yield* claims.liveToken(InteractionId.make("400")))).toBe(true)
      expect((yield* claims.claim(received("402")))._tag).toBe("DeliveredTwice")
      expect((yield* claims.claim(received("403")))._tag).not.toBe("DeliveredTwice")
    })
  )
})
