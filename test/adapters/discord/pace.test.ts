import { expect, it } from "@effect/vitest"
import { makePace } from "../../../src/adapters/discord/pace.ts"

const passed = async (count: number, turn: () => Promise<void>) => {
  const start = performance.now()
  const times: Array<number> = []
  await Promise.all(
    Array.from({ length: count }, async () => {
      await turn()
      times.push(performance.now() - start)
    })
  )
  return times
}

it("those who come at once pass in their order, each after its time", async () => {
  const times = await passed(10, makePace(20, 0))
  // The clock of timers is a millisecond coarse.
  for (const [index, at] of times.entries()) expect(at).toBeGreaterThanOrEqual(20 * index - index - 1)
  expect(times[0]).toBeLessThan(20)
})

it("the first does not wait, the next one does", async () => {
  const turn = makePace(300, 0)
  await turn()
  expect(await Promise.race([turn().then(() => "passed"), Promise.resolve("waits")])).toBe("waits")
})

it("a held-up process makes up for the slack alone", async () => {
  const turn = makePace(20, 10)
  const all = passed(12, turn)
  const until = performance.now() + 200
  while (performance.now() < until);
  const times = await all
  const afterwards = times.slice(1)
  const span = (afterwards.at(-1) ?? 0) - (afterwards[0] ?? 0)
  expect(span).toBeGreaterThanOrEqual(10 * 20 - 10 - 12)
})
