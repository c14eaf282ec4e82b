import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Ref, TestClock } from "effect"
import { ProfileId } from "../../src/domain/Ids.ts"
import type { TransferRequest } from "../../src/domain/TransferRequest.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { RequestPeople } from "../../src/services/RequestPeople.ts"
import { heapInUse } from "../support/garbage.ts"
import { ada, interactionId as commandId, key, settledBy, stored } from "./mochiWorld.ts"

const interactionId = Option.some(commandId)

const person = (id: string) => ({
  profileId: Option.some(ProfileId.make(id)),
  userId: Option.none()
})

/** RequestPeople over a Mochi that knows everybody but nobody's profile `none`; the count is of look-ups. */
const peopleOver = (
  nameOf: (id: string) => string,
  request: Option.Option<TransferRequest> = Option.none()
) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const mochi = Layer.mock(MochiProfiles, {
      byId: id =>
        Effect.as(
          Ref.update(count, n => n + 1),
          id === "none" ? Option.none() : Option.some({ id, name: nameOf(id), userId: Option.some(ada) })
        )
    })
    const stores = Layer.mock(TransferRequests, { find: () => Effect.succeed(request) })
    const ports = Layer.merge(mochi, stores)
    const people = yield* Effect.provide(RequestPeople, Layer.provide(RequestPeople.Default, ports))
    return { people, count: Ref.get(count) }
  })

describe("The people of a request", () => {
  it.effect("are looked up once a minute, and again at once where Mochi knew nobody", () =>
    Effect.gen(function* () {
      const { count, people } = yield* peopleOver(() => "Ada")
      expect(yield* people.person(person("1"))).toEqual({
        userId: Option.some(ada),
        name: Option.some("Ada")
      })
      yield* TestClock.adjust("59 seconds")
      yield* people.person(person("1"))
      expect(yield* count).toBe(1)
      yield* TestClock.adjust("1 second")
      yield* people.person(person("1"))
      expect(yield* count).toBe(2)
      yield* people.person(person("none"))
      yield* people.person(person("none"))
      expect(yield* count).toBe(4)
    })
  )

  it.effect("come with the request as it is stored, and with nothing if only its status is", () =>
    Effect.gen(function* () {
      const settled = stored({ status: "approved", settlement: settledBy(ada), interactionId })
      const { people } = yield* peopleOver(() => "Ada", Option.some(settled))
      expect(yield* people.find(key)).toMatchObject({
        value: { key, status: "approved", interactionId, decider: { userId: Option.some(ada) } }
      })
      const bare = yield* peopleOver(() => "Ada", Option.some(stored({ facts: Option.none() })))
      expect(yield* bare.people.find(key)).toEqual(Option.none())
      const { people: withoutRequest } = yield* peopleOver(() => "Ada")
      expect(yield* withoutRequest.find(key)).toEqual(Option.none())
    })
  )

  it.effect("are remembered in bounded memory, however long their names (A7)", () =>
    Effect.gen(function* () {
      const { people } = yield* peopleOver(id => JSON.parse(`"${id} ${"x".repeat(500_000)}"`))
      const before = heapInUse()
      for (let id = 0; id < 300; id++) yield* people.person(person(String(id)))
      expect(heapInUse() - before).toBeLessThan(8 * 1024 * 1024)
      const found = yield* people.person(person("7"))
      expect(Option.map(found.name, name => name.length)).toEqual(Option.some(256))
    })
  )
})
