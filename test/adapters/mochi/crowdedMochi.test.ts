import { it } from "@effect/vitest"
import { Effect, Fiber, Layer, Ref, Schedule, TestClock } from "effect"
import { describe, expect } from "vitest"
import * as MochiHttp from "../../../src/adapters/mochi/MochiHttp.ts"
import * as MochiPayHttp from "../../../src/adapters/mochi/MochiPayHttp.ts"
import * as MochiProfilesHttp from "../../../src/adapters/mochi/MochiProfilesHttp.ts"
import type { Environment } from "../../../src/config/Settings.ts"
import { Priority } from "../../../src/context/Priority.ts"
import { MochiPay } from "../../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../../src/ports/MochiProfiles.ts"
import { Choices } from "../../../src/services/Choices.ts"
import { RecentChoices } from "../../../src/services/RecentChoices.ts"
import * as PlayedConnections from "./playedConnections.ts"
import * as Given from "./mochiClients.ts"

const app = "123"
const list = (path: string) => {
  const person = /get-by-discord\/(\d+)/.exec(path)?.[1] ?? ""
  if (person !== "") return { id: `p${person}`, profile_name: "somebody", associated_accounts: [] }
  if (path.endsWith("/applications"))
    return { data: Array.from({ length: 200 }, (_, id) => ({ id: String(id), name: `App ${id}` })) }
  return { data: [] }
}

/** A Mochi that takes five seconds to list vaults, and answers everything else at once. Calls are noted as they leave. */
const slowMochi = Effect.gen(function* () {
  const sent = yield* Ref.make<ReadonlyArray<string>>([])
  const connections = PlayedConnections.layer(({ url }) => {
    const { pathname } = new URL(url)
    return Ref.update(sent, all => [...all, pathname]).pipe(
      Effect.zipRight(pathname.endsWith("/vaults") ? Effect.sleep("5 seconds") : Effect.void),
      Effect.as(new Response(JSON.stringify(list(pathname))))
    )
  })
  const clients = Layer.mergeAll(MochiPayHttp.layerWithoutHttp, MochiProfilesHttp.layerWithoutHttp).pipe(
    Layer.provide(MochiHttp.layerWithoutConnections),
    Layer.provide(connections),
    Layer.provide(Given.settings("https://mochi.example"))
  )
  const context = yield* Layer.build(
    Layer.provideMerge(Choices.Default, Layer.merge(clients, RecentChoices.Default))
  )
  return { context, sent: Ref.get(sent) }
})

/** Bodies are streams of Node's, which move by its turns and not by the test's clock. */
const adjust = (millis: number) =>
  Effect.repeat(
    Effect.zipRight(
      Effect.promise(() => new Promise(resolve => setImmediate(resolve))),
      TestClock.adjust(10)
    ),
    Schedule.recurs(millis / 10 - 1)
  )

const user = (number: number) => Given.userId(`18402759301628${String(number).padStart(4, "0")}`)

/** Thirty keystrokes a second, each over another application. */
const types = (person: number, seconds: number) =>
  Effect.gen(function* () {
    const choices = yield* Choices
    for (let key = 0; key < seconds * 30; key++) {
      yield* Effect.fork(Effect.ignore(choices.vaults(user(person), String(key % 200), "")))
      yield* Effect.sleep(33)
    }
  })

const commandIsServed = Effect.gen(function* () {
  const pay = yield* MochiPay
  const profiles = yield* MochiProfiles
  yield* profiles.byUserId(user(9999))
  yield* pay.applications(Given.profileId("grace"))
  yield* pay.holdings({
    profileId: Given.profileId("grace"),
    applicationId: Given.applicationId(app),
    vaultId: Given.vaultId("70011")
  })
  yield* pay.create(Given.draft("grace", "90102", app, "70011"), Effect.succeed(true))
})

describe.each([1, 8])("While %i people type over a Mochi that is slow", people => {
  it.scoped("a command's calls leave at once, and are not one behind another's keystrokes (A12)", () =>
    Effect.gen(function* () {
      const { context, sent } = yield* slowMochi
      yield* Effect.gen(function* () {
        yield* Effect.forkAll(Array.from({ length: people }, (_, person) => types(person, 3)))
        yield* adjust(2_500)
        const before = (yield* sent).length
        const vaults = (yield* sent).filter(path => path.endsWith("/vaults"))
        expect(vaults.length).toBe(people === 1 ? 4 : 10)
        const command = yield* Effect.fork(commandIsServed)
        yield* adjust(500)
        yield* Fiber.join(command)
        const since = (yield* sent).slice(before).filter(path => !path.endsWith("/vaults"))
        expect(since).toHaveLength(4)
      }).pipe(Effect.provide(context))
    })
  )
})

describe("What the operator allows toward Mochi", () => {
  const vaults = Effect.flatMap(MochiPay, pay =>
    pay.vaults(Given.profileId("90101"), Given.applicationId(app))
  )
  const sentOf = (environment: Environment, call: typeof vaults) =>
    Effect.gen(function* () {
      yield* Effect.forkAll(Array.from({ length: 20 }, () => call))
      yield* TestClock.adjust("1 millis")
      return (yield* Effect.flatMap(Given.Script, ({ sent }) => sent)).length
    }).pipe(Effect.provide(Given.scripted(["silence"], environment)))

  it.effect("bounds the calls at once, and those a second, and suggestions take a share of both (A12)", () =>
    Effect.gen(function* () {
      const suggestion = Effect.provideService(vaults, Priority, "suggestion")
      expect(yield* sentOf({ MOCHI_MAX_CONCURRENT: "16" }, vaults)).toBe(16)
      expect(yield* sentOf({ MOCHI_MAX_CONCURRENT: "16" }, suggestion)).toBe(5)
      expect(yield* sentOf({ MOCHI_MAX_PER_SECOND: "10" }, vaults)).toBe(10)
      expect(yield* sentOf({ MOCHI_MAX_PER_SECOND: "10" }, suggestion)).toBe(4)
      expect(yield* sentOf({ MOCHI_MAX_CONCURRENT: "1", MOCHI_MAX_PER_SECOND: "1" }, suggestion)).toBe(1)
    })
  )
})
