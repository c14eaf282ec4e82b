import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { makePace } from "../../../src/adapters/discord/pace.ts"
import type { Pace } from "../../../src/adapters/discord/pace.ts"

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
})
afterEach(() => {
  vi.useRealTimers()
})

const paceOf = (perSecond: number, everyMillis = 10) =>
  makePace({ perSecond, everyMillis, lostAfterMillis: 2_000 })

interface Ways {
  /** Milliseconds until the nth request leaves. */
  readonly opening?: (index: number) => number
  /** Milliseconds from then until the receiver counts it. */
  readonly wayThere: (index: number) => number
  readonly wayBack: number
}

/** A receiver behind these ways; returns when it counted each request. */
const receiver = (pace: Pace, count: number, { opening = () => 0, wayBack, wayThere }: Ways) => {
  const counted: Array<number> = []
  const after = (millis: number) => new Promise<void>(resolve => setTimeout(resolve, millis))
  const send = async (index: number) => {
    const turn = pace.queue()
    await turn.come
    await after(opening(index))
    turn.leaves()
    await after(wayThere(index))
    counted.push(performance.now())
    await after(wayBack)
    turn.end()
  }
  const all = Promise.all(Array.from({ length: count }, (_, index) => send(index)))
  return { counted, all }
}

/** The most in any second, wherever it begins. */
const mostInASecond = (counted: ReadonlyArray<number>): number => {
  const times = counted.toSorted((a, b) => a - b)
  return Math.max(...times.map(from => times.filter(at => at >= from && at < from + 1000).length))
}

/** Repeatable, and from 0 up to 1. */
const random = (seed: number) => {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

for (const [what, share, wayThere, wayBack] of [
  ["at once", 99.5, () => () => 0, 1],
  ["after 40 ms", 97, () => () => 40, 40],
  [
    "after 5 to 24 ms",
    97,
    () => {
      const next = random(7)
      return () => 5 + next() * 19
    },
    3
  ],
  [
    "after 1 to 60 ms",
    95,
    () => {
      const next = random(7)
      return () => 1 + next() * 59
    },
    3
  ]
] as const) {
  for (const [perSecond, everyMillis] of [
    [50, 10],
    [10, 60]
  ] as const) {
    it(`requests that arrive ${what} use ${share} % of ${perSecond} a second, and never one more`, async () => {
      const count = perSecond * 20
      const { all, counted } = receiver(paceOf(perSecond, everyMillis), count, {
        wayThere: wayThere(),
        wayBack
      })
      await vi.runAllTimersAsync()
      await all
      expect(mostInASecond(counted)).toBeLessThanOrEqual(perSecond)
      const tail = counted.toSorted((a, b) => a - b).slice(perSecond)
      const took = (tail.at(-1) ?? 0) - (tail[0] ?? 0)
      expect(((tail.length - 1) * 1000) / took / perSecond).toBeGreaterThan(share / 100)
    })
  }
}

for (const seed of [1, 2, 3]) {
  it(`requests that a way holds up for up to half a second are never one too many (${seed})`, async () => {
    const next = random(seed)
    let heldUntil = 0
    // Whatever is on its way while it is held up arrives at its end.
    const wayThere = () => {
      const now = performance.now()
      if (now > heldUntil && next() < 0.05) heldUntil = now + next() * 500
      return 10 + Math.max(0, heldUntil - now)
    }
    const { all, counted } = receiver(paceOf(50), 600, { wayThere, wayBack: 10 })
    await vi.runAllTimersAsync()
    await all
    expect(counted).toHaveLength(600)
    expect(mostInASecond(counted)).toBeLessThanOrEqual(50)
  })
}

for (const seed of [1, 2, 3]) {
  it(`requests that first open a connection are never one too many (${seed})`, async () => {
    const next = random(seed)
    const { all, counted } = receiver(paceOf(50), 300, {
      // A connection serves fifty.
      opening: index => (index < 50 ? 100 + next() * 400 : 0),
      wayThere: () => 15 + next() * 10,
      wayBack: 15
    })
    await vi.runAllTimersAsync()
    await all
    expect(counted).toHaveLength(300)
    expect(mostInASecond(counted)).toBeLessThanOrEqual(50)
  })

  it(`requests that all at once are faster than before are never one too many (${seed})`, async () => {
    const next = random(seed)
    const { all, counted } = receiver(paceOf(50), 600, {
      wayThere: () => (Math.floor(performance.now() / 700) % 2 === 0 ? 20 : next() * 2),
      wayBack: 5
    })
    await vi.runAllTimersAsync()
    await all
    expect(mostInASecond(counted)).toBeLessThanOrEqual(50)
  })
}

it("a request whose connection has to open holds its place from when it leaves", async () => {
  const pace = paceOf(1)
  const start = performance.now()
  const slow = pace.queue()
  const next = pace.queue()
  setTimeout(slow.leaves, 1_900)
  setTimeout(slow.end, 1_950)
  const passedAt = next.come.then(() => performance.now() - start)
  await vi.runAllTimersAsync()
  expect(await passedAt).toBe(2_921)
})

it("they pass in the order in which they came", async () => {
  const pace = paceOf(5)
  const order: Array<number> = []
  for (const index of [0, 1, 2, 3, 4, 5, 6])
    void pace.queue().come.then(() => {
      order.push(index)
    })
  await vi.runAllTimersAsync()
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6])
})

it("one that is given up while it waits takes no turn", async () => {
  const pace = paceOf(1)
  const passed: Array<string> = []
  const queue = (name: string) => {
    const turn = pace.queue()
    void turn.come.then(() => {
      passed.push(`${name} ${performance.now() - start}`)
    })
    return turn
  }
  const start = performance.now()
  queue("first").end()
  const second = queue("second")
  queue("third")
  second.end()
  await vi.runAllTimersAsync()
  expect(passed).toEqual(["first 0", "second 0", "third 1001"])
})

it("one without an answer holds its place for a while, and not for ever", async () => {
  const pace = paceOf(1)
  const start = performance.now()
  void pace.queue()
  const passedAt = pace.queue().come.then(() => performance.now() - start)
  await vi.runAllTimersAsync()
  expect(await passedAt).toBe(3_001)
})

it("nobody passes while it is held", async () => {
  const pace = paceOf(50)
  const start = performance.now()
  pace.queue().end()
  const passedAt = pace.queue().come.then(() => performance.now() - start)
  pace.hold(700)
  await vi.runAllTimersAsync()
  expect(await passedAt).toBe(700)
})
