import { expect, it } from "@effect/vitest"
import { planOf } from "../../../bench/soak/plan.ts"

it("the same seed plans the same soak, another one another", () => {
  expect(planOf({ millis: 60_000, seed: 7 })).toEqual(planOf({ millis: 60_000, seed: 7 }))
  expect(planOf({ millis: 60_000, seed: 7 })).not.toEqual(planOf({ millis: 60_000, seed: 8 }))
})

it.each([1, 2, 3, 4, 5])(
  "a minute has a kill every ten seconds, and every /kudos an amount of its own (seed %d)",
  seed => {
    const { errands, kills } = planOf({ millis: 60_000, seed })
    expect(kills.map(({ at }) => Math.round(at / 10_000))).toEqual([1, 2, 3, 4, 5, 6])
    expect(errands.length).toBeGreaterThan(40)
    expect(new Set(errands.map(({ amount }) => amount)).size).toBe(errands.length)
    expect(new Set(errands.map(({ ending }) => `${ending.by} ${ending.decision}`)).size).toBeGreaterThan(3)
    expect(errands.every(({ recipient, sender }) => recipient.discordId !== sender.discordId)).toBe(true)
  }
)

it("the shortest soak is killed once", () => {
  expect(planOf({ millis: 12_000, seed: 1 }).kills).toHaveLength(1)
})
