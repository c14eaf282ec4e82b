import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Either, Fiber, Layer, Option, TestClock } from "effect"
import { ApplicationId, ProfileId } from "../../src/domain/Ids.ts"
import type { UserId } from "../../src/domain/Ids.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { KudosRequests } from "../../src/services/KudosRequests.ts"
import { RecentChoices } from "../../src/services/RecentChoices.ts"
import { Settlements } from "../../src/services/Settlements.ts"
import { ada, command, grace, intent, key, profileOf, silentJournal, usdc, vault } from "./mochiWorld.ts"

/** A Mochi that takes a second for each call, and notes when each began. */
const slowMochi = Effect.gen(function* () {
  const began: Array<string> = []
  const start = yield* Clock.currentTimeMillis
  const says = <A, E = never>(name: string, answer: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      began.push(`${((yield* Clock.currentTimeMillis) - start) / 1000}: ${name}`)
      yield* Effect.sleep("1 second")
      return yield* answer
    })
  /** What Mochi says of the sender and of their applications now. */
  const world = { sender: profileOf(ada), applications: [{ id: key.applicationId, name: "DAO App" }] }
  const layer = KudosRequests.Default.pipe(
    Layer.provideMerge(RecentChoices.Default),
    Layer.provide([
      Layer.mock(MochiProfiles, {
        byUserId: (user: UserId) =>
          says(
            user === ada ? "sender" : "recipient",
            Effect.sync(() => (user === ada ? world.sender : profileOf(user)))
          )
      }),
      Layer.mock(MochiPay, {
        applications: () =>
          says(
            "applications",
            Effect.sync(() => world.applications)
          ),
        vaults: (_, application) =>
          says(`vaults of ${application}`, Effect.succeed([{ id: vault.vaultId, name: "Vault" }])),
        holdings: path =>
          says(`holdings of ${path.profileId} ${path.applicationId} ${path.vaultId}`, Effect.succeed([usdc])),
        create: () => says("create", Effect.succeedSome(key.code))
      }),
      Layer.mock(KudosIntents, {
        store: () => Effect.succeed({ intent: intent("sending"), mayLeave: Effect.succeed(true) })
      }),
      Layer.mock(TransferRequests, { addCreated: () => Effect.succeed(true) }),
      Layer.mock(Settlements, { _tag: "mochi/services/Settlements" }),
      silentJournal
    ])
  )
  const context = yield* Layer.build(layer)
  const submit = (change: Partial<typeof command> = {}) =>
    Effect.gen(function* () {
      began.length = 0
      const from = yield* Clock.currentTimeMillis
      const running = yield* Effect.fork(
        Effect.either(Effect.flatMap(KudosRequests, kudos => kudos.submit({ ...command, ...change })))
      )
      yield* TestClock.adjust("10 seconds")
      const result = yield* Fiber.join(running)
      const at = from - start
      return {
        result: Either.match(result, { onLeft: ({ _tag }) => _tag, onRight: () => "created" }),
        calls: began.map(line => {
          const [seconds = "", name] = line.split(": ")
          return `${Number(seconds) - at / 1000}: ${name}`
        })
      }
    }).pipe(Effect.provide(context))
  return { began, submit, world }
})

const profile = `profile-of-${ada}`
const holdings = `holdings of ${profile} ${key.applicationId} ${vault.vaultId}`

describe("The look-ups of /kudos", () => {
  it.scoped("follow one another for somebody who comes for the first time, but for the recipient", () =>
    Effect.gen(function* () {
      const { submit } = yield* slowMochi
      expect(yield* submit()).toEqual({
        result: "created",
        calls: [
          "0: sender",
          "0: recipient",
          "1: applications",
          `2: vaults of ${key.applicationId}`,
          `3: ${holdings}`,
          "4: create"
        ]
      })
    })
  )

  it.scoped(
    "are all made at once with the ids that the person chose lately, and for a quarter of an hour",
    () =>
      Effect.gen(function* () {
        const { submit } = yield* slowMochi
        yield* submit()
        const together = [
          "0: sender",
          "0: recipient",
          "0: applications",
          `0: vaults of ${key.applicationId}`,
          `0: ${holdings}`,
          "1: create"
        ]
        expect((yield* submit()).calls).toEqual(together)
        yield* TestClock.adjust("14 minutes")
        expect((yield* submit()).calls).toEqual(together)
        yield* TestClock.adjust("16 minutes")
        expect((yield* submit()).calls).toContain("4: create")
      })
  )

  it.scoped("are decided by the fresh lists, whatever was known before", () =>
    Effect.gen(function* () {
      const { submit, world } = yield* slowMochi
      yield* submit()
      world.applications = [{ id: ApplicationId.make("999"), name: "Another" }]
      expect((yield* submit()).result).toBe("NotListed")
      world.applications = [{ id: key.applicationId, name: "DAO App" }]
      world.sender = Option.map(profileOf(ada), known => ({ ...known, id: ProfileId.make("relinked") }))
      const relinked = yield* submit()
      expect(relinked.result).toBe("created")
      expect(relinked.calls).toContain(`3: holdings of relinked ${key.applicationId} ${vault.vaultId}`)
    })
  )

  it.scoped("put nothing into an address that the person's own lists have not shown", () =>
    Effect.gen(function* () {
      const { submit } = yield* slowMochi
      yield* submit()
      const { calls, result } = yield* submit({ application: "4242", vault: "4242" })
      expect(result).toBe("NotListed")
      expect(calls.some(call => call.includes("4242"))).toBe(false)
      const others = yield* submit({ sender: grace, recipient: { id: ada, isBot: false } })
      expect(others.calls).toContain("4: create")
    })
  )
})
