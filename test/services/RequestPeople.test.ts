import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Ref, TestClock } from "effect"
import { ProfileId } from "../../src/domain/Ids.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { RequestPeople } from "../../src/services/RequestPeople.ts"
import { heapInUse } from "../support/garbage.ts"
import { ada } from "./mochiWorld.ts"

const person = (id: string) => ({
  profileId: Option.some(ProfileId.make(id)),
  userId: Option.none()
})

/** RequestPeople over a Mochi that knows everybody but nobody's profile `none`; the count is of look-ups. */
const picturesOver = (nameOf: (id: string) => string) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const mochi = Layer.mock(MochiProfiles, {
      byId: id =>
        Effect.as(
          Ref.update(count, n => n + 1),
          id === "none" ? Option.none() : Option.some({ id, name: nameOf(id), userId: Option.some(ada) })
        )
    })
    const pictures = yield* Effect.provide(RequestPeople, Layer.provide(RequestPeople.Default, mochi))
    return { pictures, count: Ref.get(count) }
  })

describe("The people of a request", () => {
  it.effect("are looked up once a minute, and again at once where Mochi knew nobody", () =>
    Effect.gen(function* () {
      const { count, pictures } = yield* picturesOver(() => "Ada")
      expect(yield* pictures.person(person("1"))).toEqual({
        userId: Option.some(ada),
        name: Option.some("Ada")
      })
      yield* TestClock.adjust("59 seconds")
      yield* pictures.person(person("1"))
      expect(yield* count).toBe(1)
      yield* TestClock.adjust("1 second")
      yield* pictures.person(person("1"))
      expect(yield* count).toBe(2)
      yield* pictures.person(person("none"))
      yield* pictures.person(person("none"))
      expect(yield* count).toBe(4)
    })
  )

  it.effect("are remembered in bounded memory, however long their names (A7)", () =>
    Effect.gen(function* () {
      const { pictures } = yield* picturesOver(id => JSON.parse(`"${id} ${"x".repeat(500_000)}"`))
      const before = heapInUse()
      for (let id = 0; id < 300; id++) yield* pictures.person(person(String(id)))
      expect(heapInUse() - before).toBeLessThan(8 * 1024 * 1024)
      const found = yield* pictures.person(person("7"))
      expect(Option.map(found.name, name => name.length)).toEqual(Option.some(256))
    })
  )
})
