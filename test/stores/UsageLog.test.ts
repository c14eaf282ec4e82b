import { expect } from "@effect/vitest"
import { DateTime, Effect, Option, Redacted } from "effect"
import { CommunityId, InteractionId, RequestCode, UserId } from "../../src/domain/Ids.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { UsageLog } from "../../src/ports/UsageLog.ts"
import { used } from "./conclusions.ts"
import { draft, sender } from "./drafts.ts"
import { onEachStore, World } from "./eachStore.ts"

const someone = (last: string) => UserId.make(`18402759301628416${last}`)

const use = (last: string, command: string, community: Option.Option<string>) => ({
  user: someone(last),
  communityId: Option.map(community, id => CommunityId.make(id)),
  command
})

const dayOf = (moment: DateTime.Utc) => DateTime.formatIsoDateUtc(moment)

onEachStore("usage", it => {
  it.effect("is reported by day, by command and by server, and counts each person once", () =>
    Effect.gen(function* () {
      const [claims, usage, world] = [yield* Claims, yield* UsageLog, yield* World]
      expect(yield* usage.report(30)).toEqual({
        activeUsers: 0,
        servers: 0,
        commands: [],
        volume: [],
        days: []
      })
      yield* claims.conclude(used(use("0", "kudos", Option.some("1"))))
      yield* claims.conclude(used(use("0", "kudos", Option.some("1"))))
      yield* world.passes("1 day")
      yield* claims.conclude(used(use("0", "view", Option.some("2"))))
      yield* claims.conclude(used(use("1", "view", Option.none())))
      yield* claims.conclude(used(use("1", "approve", Option.none())))
      expect(yield* usage.activeDaily).toBe(2)
      const today = dayOf(yield* world.now)
      const yesterday = dayOf(DateTime.subtract(yield* world.now, { days: 1 }))
      expect(yield* usage.report(2)).toMatchObject({
        activeUsers: 2,
        servers: 2,
        commands: [
          { command: "kudos", runs: 2 },
          { command: "view", runs: 2 },
          { command: "approve", runs: 1 }
        ],
        days: [
          { day: yesterday, activeUsers: 1, runs: 2 },
          { day: today, activeUsers: 2, runs: 3 }
        ]
      })
      expect(yield* usage.report(1)).toMatchObject({
        servers: 1,
        commands: [
          { command: "view", runs: 2 },
          { command: "approve", runs: 1 }
        ],
        days: [{ day: today }]
      })
    })
  )

  it.effect("has the exact volume of the requests that were created, and of no other", () =>
    Effect.gen(function* () {
      const [usage, claims, intents] = [yield* UsageLog, yield* Claims, yield* KudosIntents]
      const kudos = (id: string, symbol: string, baseUnits: bigint, isCreated: boolean) =>
        Effect.gen(function* () {
          const plain = draft(id)
          yield* claims.claim({
            id: InteractionId.make(id),
            userId: sender,
            token: Redacted.make("token"),
            locale: Option.none(),
            awaitsAnswer: true,
            limit: "button"
          })
          const token = { ...plain.holding.token, symbol }
          yield* intents.store(
            { ...plain, holding: { ...plain.holding, token }, amount: { baseUnits, decimals: 18 } },
            Option.none()
          )
          if (isCreated)
            yield* intents.finish(InteractionId.make(id), {
              _tag: "Created",
              code: Option.some(RequestCode.make(id))
            })
        })
      const whole = 10n ** 18n
      yield* kudos("1", "USDC", 123_456_789n * whole + 1n, true)
      yield* kudos("2", "USDC", whole / 2n, true)
      yield* kudos("3", "ETH", 3n * whole, true)
      yield* kudos("4", "ETH", 4n * whole, false)
      expect((yield* usage.report(1)).volume).toEqual([
        { token: "USDC", requests: 2, amount: "123456789.500000000000000001" },
        { token: "ETH", requests: 1, amount: "3" }
      ])
    })
  )

  it.effect("counts as of today the people who ran something within 24 hours", () =>
    Effect.gen(function* () {
      const [claims, usage, world] = [yield* Claims, yield* UsageLog, yield* World]
      yield* world.passes("2 days")
      expect(yield* usage.activeDaily).toBe(0)
      yield* claims.conclude(used(use("2", "kudos", Option.none())))
      yield* world.passes("23 hours")
      expect(yield* usage.activeDaily).toBe(1)
      yield* world.passes("2 hours")
      expect(yield* usage.activeDaily).toBe(0)
    })
  )

  it.effect("is forgotten after 400 days", () =>
    Effect.gen(function* () {
      const [claims, usage, world] = [yield* Claims, yield* UsageLog, yield* World]
      yield* claims.conclude(used(use("3", "oldest", Option.none())))
      yield* world.passes("2 days")
      yield* claims.conclude(used(use("4", "old", Option.none())))
      yield* world.passes("399 days")
      yield* usage.prune
      const commands = (yield* usage.report(1000)).commands.map(({ command }) => command)
      expect([commands.includes("old"), commands.includes("oldest")]).toEqual([true, false])
    })
  )
})
