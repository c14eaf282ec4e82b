import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { ada, grace, linus } from "../../services/cast.ts"
import { inMemory, settled } from "../../services/inMemory.ts"
import { kudos, pressed, privacy, sentBy, typing } from "./interactions.ts"

const token = (id: string) => `token of ${id}`
const approve = pressed("approve-ABC-123")
const view = pressed("view-r-ABC-123")

describe("An interaction that arrives twice", () => {
  it.scoped("is answered once, also if another process gets it", () =>
    Effect.gen(function* () {
      const { audited, happened, process, start, used } = yield* inMemory
      const other = yield* start(2)
      yield* process.send(kudos)
      const first = [...happened]
      yield* other.send(kudos)
      yield* process.send(kudos)
      expect(happened).toEqual(first)
      expect(yield* used).toEqual({ kudos: 1 })
      expect(yield* audited).toEqual([`${ada} mochi_create success`, `${ada} kudos success`])
    })
  )
})

describe("The acknowledgement", () => {
  it.scoped("comes before Mochi is asked", () =>
    Effect.gen(function* () {
      const { happened, process, webhook } = yield* inMemory
      yield* process.send(kudos)
      expect(happened).toEqual(["acknowledge: Thinking", "Mochi: create", "answer: Kudos Request Created"])
      happened.length = 0
      yield* webhook("pending")
      yield* process.send(sentBy(linus, approve, "7"))
      expect(happened).toEqual([
        "acknowledge: Unchanged",
        "Mochi: approved",
        "answer: Transfer request approved"
      ])
    })
  )

  it.scoped("that Discord has not taken yet keeps the work waiting", () =>
    Effect.gen(function* () {
      const { happened, process } = yield* inMemory
      const fiber = yield* process.accept(kudos, () => Effect.never)
      yield* TestClock.adjust("3 seconds")
      expect(happened).toEqual([])
      yield* Fiber.interrupt(fiber)
    })
  )
})

describe("Runs of one person", () => {
  it.scoped("beyond their limit are refused before anything is done, until time has passed", () =>
    Effect.gen(function* () {
      const { audited, discord, happened, process, used } = yield* inMemory
      const run = (id: number) => process.send(sentBy(ada, kudos, String(id)))
      for (let id = 1; id <= 10; id++) yield* run(id)
      happened.length = 0
      yield* run(11)
      expect(happened).toEqual([expect.stringContaining("acknowledge: You are doing that too often.")])
      yield* process.send(sentBy(grace, kudos, "12"))
      expect(happened).toContain("acknowledge: Thinking")
      happened.length = 0
      yield* process.send(sentBy(ada, privacy, "13"))
      expect(discord.answers.get(token("13"))).toContain("kudos")
      yield* TestClock.adjust("60 seconds")
      yield* run(14)
      expect(happened).toContain("Mochi: create")
      // A refused run is counted by metrics alone.
      expect(yield* used).toEqual({ kudos: 12, privacy: 1 })
      expect((yield* audited).filter(line => line.includes("RateLimited"))).toEqual([])
    })
  )
})

describe("Work that is interrupted", () => {
  it.scoped("asks the person to try again if no other process answers for it", () =>
    Effect.gen(function* () {
      const { audited, happened, mochi, process, webhook } = yield* inMemory
      yield* webhook("approved")
      mochi.instead = { byId: () => Effect.never }
      const fiber = yield* process.accept(sentBy(grace, view, "7"))
      yield* settled
      yield* Fiber.interrupt(fiber)
      expect(happened).toEqual([
        "acknowledge: Thinking",
        "answer: The bot was restarted before it could answer. Please try again in a minute."
      ])
      expect(yield* audited).toEqual(["mochi webhook accepted"])
    })
  )

  it.scoped("leaves the answer to the next process if that takes it over", () =>
    Effect.gen(function* () {
      const { audited, discord, happened, mochi, process, start } = yield* inMemory
      mochi.instead = { create: () => Effect.never }
      const fiber = yield* process.accept(kudos)
      yield* settled
      yield* Fiber.interrupt(fiber)
      expect(happened).toEqual(["acknowledge: Thinking", "Mochi: create"])
      yield* process.crash
      const next = yield* start(2)
      yield* next.recovers
      yield* settled
      expect(discord.answers.get("secret-token")).toContain("it may have been created")
      happened.length = 0
      yield* TestClock.adjust("3 seconds")
      expect(happened).toEqual([])
      expect(yield* audited).toEqual([])
    })
  )

  it.scoped("that had been answered is not answered again by the next process", () =>
    Effect.gen(function* () {
      const { happened, process, start } = yield* inMemory
      yield* process.send(kudos)
      yield* process.crash
      happened.length = 0
      const next = yield* start(2)
      yield* next.recovers
      yield* settled
      expect(happened).toEqual([])
    })
  )

  it.scoped.each([
    ["5 seconds", "answer: Kudos Request Created"],
    ["7 seconds", "Mochi: create"]
  ] as const)("has six seconds when the process stops in an orderly way: %s", ([takes, last]) =>
    Effect.gen(function* () {
      const { happened, mochi, process } = yield* inMemory
      mochi.instead = { create: () => Effect.delay(Effect.succeedNone, takes) }
      yield* process.accept(kudos)
      yield* settled
      const stopping = yield* Effect.fork(process.stop)
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(stopping)
      expect(happened.at(-1)).toBe(last)
    })
  )
})

describe("What people do", () => {
  it.scoped("is recorded with its end and counted, and a suggestion is neither", () =>
    Effect.gen(function* () {
      const { audited, process, stores, used, webhook } = yield* inMemory
      yield* webhook("pending")
      yield* process.send(typing)
      yield* process.send(sentBy(ada, approve, "1"))
      yield* process.send(sentBy(grace, view, "2"))
      yield* process.send(sentBy(ada, view, "3"))
      yield* process.send(sentBy(ada, privacy, "4"))
      yield* process.send(sentBy(ada, pressed(`privacy-keep-${grace}`), "5"))
      yield* process.send(sentBy(linus, approve, "6"))
      yield* process.send(sentBy(linus, approve, "7"))
      stores.isAway = true
      yield* process.send(sentBy(linus, kudos, "8"))
      expect((yield* audited).slice(1)).toEqual([
        `${ada} mochi_approve failed: Forbidden`,
        `${ada} approve refused: Forbidden`,
        `${grace} view success`,
        `${ada} view refused: NotMeantForThem`,
        `${ada} privacy_notifications on`,
        `${ada} privacy success`,
        `${linus} mochi_approve done`,
        `${linus} approve success`,
        `${linus} mochi_approve already settled`,
        `${linus} approve refused: AlreadySettled`,
        `${linus} mochi_create success`,
        `${linus} kudos success`
      ])
      expect(yield* used).toEqual({ approve: 3, view: 2, privacy: 1, kudos: 1 })
    })
  )

  it.scoped.each([
    ["A command that the bot does not have", { ...kudos, data: { ...kudos.data, name: "tip" } }],
    ["A button of another bot", pressed("somebody-elses-button")]
  ])("%s is turned away without a trace in the books", ([, raw]) =>
    Effect.gen(function* () {
      const { audited, happened, process, used } = yield* inMemory
      yield* process.send(raw)
      expect(happened).toEqual(["acknowledge: This is no longer valid."])
      expect(yield* audited).toEqual([])
      expect(yield* used).toEqual({})
    })
  )
})
