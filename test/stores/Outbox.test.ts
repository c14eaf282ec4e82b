import { SqlClient } from "@effect/sql"
import { expect, layer as suiteOn } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer, Option, TestClock, TestContext } from "effect"
import type { Scope } from "effect"
import * as memoryStores from "../../src/adapters/memory/memoryStores.ts"
import * as OutboxInMemory from "../../src/adapters/memory/OutboxInMemory.ts"
import * as Process from "../../src/adapters/memory/Process.ts"
import { Tables } from "../../src/adapters/memory/Tables.ts"
import * as AtomicSql from "../../src/adapters/postgres/AtomicSql.ts"
import { DatabaseUrl } from "../../src/adapters/postgres/Database.ts"
import * as OutboxPgBoss from "../../src/adapters/postgres/OutboxPgBoss.ts"
import { Atomic } from "../../src/ports/Atomic.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import type { Taken } from "../../src/ports/Outbox.ts"
import { settings } from "../adapters/mochi/mochiClients.ts"
import * as Pulse from "../../src/adapters/postgres/Pulse.ts"
import * as TestDatabase from "../support/postgres.ts"
import { ask, deliver } from "./jobs.ts"

class World extends Context.Tag("test/stores/Outbox/World")<
  World,
  {
    /** The queue becomes older by so much. */
    readonly passes: (duration: Duration.DurationInput) => Effect.Effect<void>
    readonly empty: Effect.Effect<void>
    /** The outbox of another process, which ends as the scope does. */
    readonly another: Effect.Effect<Outbox["Type"], never, Scope.Scope>
  }
>() {}

const worldSql = Layer.effect(
  World,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const url = yield* DatabaseUrl
    return {
      passes: duration => {
        const by = sql`${Duration.toSeconds(duration)} * interval '1 second'`
        return Effect.orDie(
          sql`update pgboss.job set created_on = created_on - ${by}, start_after = start_after - ${by}`
        )
      },
      empty: Effect.asVoid(Effect.orDie(sql`delete from pgboss.job`)),
      another: Layer.build(Layer.fresh(OutboxPgBoss.layer)).pipe(
        Effect.provideService(SqlClient.SqlClient, sql),
        Effect.provideService(DatabaseUrl, url),
        Effect.map(Context.get(Outbox)),
        Effect.orDie
      )
    }
  })
)

let processes = 1

const worldInMemory = Layer.effect(
  World,
  Effect.gen(function* () {
    const tables = yield* Tables
    return {
      passes: TestClock.adjust,
      empty: tables.change(state => [undefined, { ...state, jobs: [] }]),
      another: Effect.suspend(() => {
        processes += 1
        return Layer.build(
          OutboxInMemory.layer.pipe(
            Layer.provide(Process.layerOf(processes)),
            Layer.provide(Layer.succeed(Tables, tables))
          )
        )
      }).pipe(Effect.map(Context.get(Outbox)))
    }
  })
)

const sql = Layer.mergeAll(OutboxPgBoss.layer, AtomicSql.layer, worldSql).pipe(
  Layer.provide(Pulse.layer),
  Layer.provide(TestDatabase.layer)
)

const memory = worldInMemory.pipe(
  Layer.provideMerge(memoryStores.layer),
  Layer.provide(settings("http://127.0.0.1:1")),
  Layer.provideMerge(TestContext.TestContext)
)

const codes = (taken: ReadonlyArray<Taken>) => taken.map(({ job }) => job.request.code).sort()

const mark = ({ job }: Taken) => (job._tag === "Deliver" ? Number(job.notification.slice(-12)) : -1)

/** An outbox on an empty queue. */
const emptied = Effect.gen(function* () {
  yield* (yield* World).empty
  return yield* Outbox
})

const sentinel = 999_999

/** Takes what can be taken now, without waiting: a job of another request comes at the end of it. */
const takenNow = (outbox: Outbox["Type"]) =>
  Effect.gen(function* () {
    yield* outbox.put([deliver("SENTINEL", sentinel)])
    const taken = yield* outbox.take("Deliver", 100)
    const [last] = taken.filter(each => mark(each) === sentinel)
    yield* outbox.done(last!)
    return taken.filter(each => mark(each) !== sentinel)
  })

const suite = (it: Vitest.MethodsNonLive<Outbox | Atomic | World, true>) => {
  it.scoped("loses the jobs of a transaction that is rolled back, and no other", () =>
    Effect.gen(function* () {
      const [outbox, { transaction }] = [yield* emptied, yield* Atomic]
      yield* Effect.flip(
        transaction(Effect.zipRight(outbox.put([deliver("LOST"), ask("LOST")]), Effect.fail("no")))
      )
      yield* transaction(outbox.put([deliver("KEPT"), ask("KEPT")]))
      expect(codes(yield* outbox.take("Deliver", 10))).toEqual(["KEPT"])
      expect(codes(yield* outbox.take("AskMochi", 10))).toEqual(["KEPT"])
    })
  )

  it.scoped("puts together what one piece of work puts, each job with its own trace", () =>
    Effect.gen(function* () {
      const [outbox, { transaction }] = [yield* emptied, yield* Atomic]
      const put = (code: string) => outbox.put([deliver(code), ask(code)]).pipe(Effect.withSpan(code))
      yield* Effect.flip(transaction(outbox.together(Effect.zipRight(put("LOST"), Effect.fail("no")))))
      yield* transaction(outbox.together(Effect.forEach(["A", "B", "C"], put)))
      const taken = yield* outbox.take("Deliver", 10)
      expect(codes(taken)).toEqual(["A", "B", "C"])
      expect(new Set(taken.map(({ traceparent }) => Option.getOrThrow(traceparent))).size).toBe(3)
      expect(codes(yield* outbox.take("AskMochi", 10))).toEqual(["A", "B", "C"])
    })
  )

  it.scoped("keeps a job that was done in a transaction that is rolled back", () =>
    Effect.gen(function* () {
      const [outbox, { transaction }] = [yield* emptied, yield* Atomic]
      yield* outbox.put([deliver("UNDONE")])
      const [taken] = yield* outbox.take("Deliver", 1)
      yield* Effect.flip(transaction(Effect.zipRight(outbox.done(taken!), Effect.fail("no"))))
      expect((yield* outbox.backlog).waiting).toBe(1)
      yield* transaction(outbox.done(taken!))
      expect((yield* outbox.backlog).waiting).toBe(0)
    })
  )

  it.scoped("wakes who waits, when a job is committed", () =>
    Effect.gen(function* () {
      const [outbox, { transaction }] = [yield* emptied, yield* Atomic]
      const waiting = yield* Effect.fork(outbox.take("Deliver", 10))
      yield* transaction(outbox.put([deliver("WAKE")]))
      expect(codes(yield* Fiber.join(waiting))).toEqual(["WAKE"])
    })
  )

  it.scoped("wakes who waits, when the job before is done", () =>
    Effect.gen(function* () {
      const [outbox, { transaction }] = [yield* emptied, yield* Atomic]
      yield* outbox.put([deliver("NEXT", 1), deliver("NEXT", 2)])
      const [head] = yield* outbox.take("Deliver", 10)
      const waiting = yield* Effect.fork(outbox.take("Deliver", 10))
      yield* transaction(outbox.done(head!))
      expect((yield* Fiber.join(waiting)).map(mark)).toEqual([2])
    })
  )

  it.scoped("takes nothing where nothing may be taken, and no more than asked for", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      expect(yield* outbox.take("Deliver", 0)).toEqual([])
      yield* outbox.put([deliver("A"), deliver("B"), deliver("C")])
      expect(codes(yield* outbox.take("Deliver", 2))).toEqual(["A", "B"])
      expect(codes(yield* outbox.take("Deliver", 2))).toEqual(["C"])
    })
  )

  it.scoped(
    "gives out one job of a request and audience at a time, in the order in which they were put",
    () =>
      Effect.gen(function* () {
        const outbox = yield* emptied
        yield* outbox.put([1, 2, 3, 4, 5, 6, 7, 8].map(n => deliver("ORDER", n)))
        yield* outbox.put([deliver("ORDER", 9)])
        const order: Array<number> = []
        for (let n = 1; n <= 9; n++) {
          const taken = yield* outbox.take("Deliver", 10)
          expect(taken).toHaveLength(1)
          order.push(...taken.map(mark))
          yield* outbox.done(taken[0]!)
        }
        expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
      })
  )

  it.scoped("lets other requests and audiences pass a head that fails, but nothing of its own", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      yield* outbox.put([
        deliver("HEAD", 1),
        deliver("HEAD", 2),
        deliver("HEAD", 3, "requester"),
        deliver("OTHER", 4)
      ])
      const first = yield* outbox.take("Deliver", 10)
      expect(first.map(mark).sort()).toEqual([1, 3, 4])
      for (const taken of first) {
        yield* mark(taken) === 1 ? outbox.again(taken, Duration.minutes(1)) : outbox.done(taken)
      }
      expect(yield* takenNow(outbox)).toEqual([])
      yield* world.passes("61 seconds")
      const second = yield* outbox.take("Deliver", 10)
      expect(second.map(mark)).toEqual([1])
      expect(second[0]!.triesBefore).toBe(1)
      yield* outbox.done(second[0]!)
      expect((yield* outbox.take("Deliver", 10)).map(mark)).toEqual([2])
    })
  )

  it.scoped("lets a job pass one of its own request that is put for later", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      yield* outbox.put([deliver("LATER", 1)], Duration.minutes(1))
      yield* outbox.put([deliver("LATER", 2)])
      const [second] = yield* outbox.take("Deliver", 10)
      expect(mark(second!)).toBe(2)
      yield* world.passes("61 seconds")
      expect(yield* takenNow(outbox)).toEqual([])
      yield* outbox.done(second!)
      expect((yield* outbox.take("Deliver", 10)).map(mark)).toEqual([1])
    })
  )

  it.scoped("gives a delayed job out once its time has come, and counts its age from then", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      yield* outbox.put([ask("LATER")], Duration.minutes(10))
      yield* outbox.put([ask("NOW")])
      expect(codes(yield* outbox.take("AskMochi", 10))).toEqual(["NOW"])
      yield* world.passes("11 minutes")
      const [taken] = yield* outbox.take("AskMochi", 10)
      expect(taken!.job).toEqual(ask("LATER"))
      expect(Duration.toMinutes(taken!.firstAfter)).toBe(10)
      expect(Math.round(Duration.toMinutes(taken!.age))).toBe(1)
    })
  )

  it.scoped("puts jobs together that have each a delay of their own", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      const jobs = [ask("NOW"), ask("LATER")]
      yield* outbox.put(jobs, job => (job.request.code === "LATER" ? Duration.minutes(10) : Duration.zero))
      expect(codes(yield* outbox.take("AskMochi", 10))).toEqual(["NOW"])
      yield* world.passes("11 minutes")
      const [taken] = yield* outbox.take("AskMochi", 10)
      expect(taken!.job).toEqual(ask("LATER"))
      expect(Duration.toMinutes(taken!.firstAfter)).toBe(10)
    })
  )

  it.scoped("wakes who waits, when the time of a delayed job comes", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      yield* outbox.put([ask("LATER")], Duration.minutes(10))
      const waiting = yield* Effect.fork(outbox.take("AskMochi", 10))
      yield* Effect.yieldNow()
      yield* world.passes("10 minutes")
      expect(codes(yield* Fiber.join(waiting))).toEqual(["LATER"])
    })
  )

  it.scoped("counts the age of a job that is tried again from the first time it could be taken", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      yield* outbox.put([deliver("AGE")])
      const [first] = yield* outbox.take("Deliver", 1)
      yield* outbox.again(first!, Duration.minutes(10))
      yield* world.passes("10 minutes")
      const [second] = yield* outbox.take("Deliver", 1)
      expect(Math.round(Duration.toMinutes(second!.age))).toBe(10)
      expect(second!.job).toEqual(deliver("AGE"))
    })
  )

  it.scoped("carries the trace of who put the job", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      const traceId = yield* Effect.gen(function* () {
        yield* outbox.put([deliver("TRACE")])
        return (yield* Effect.currentSpan).traceId
      }).pipe(Effect.withSpan("webhook.receive"))
      const [taken] = yield* outbox.take("Deliver", 1)
      expect(Option.getOrThrow(taken!.traceparent)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`))
    })
  )

  it.scoped("counts what is not done, and how long the oldest has waited", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      expect(yield* outbox.backlog).toEqual({ waiting: 0, oldest: Duration.zero })
      yield* outbox.put([deliver("ONE")])
      yield* world.passes("1 minute")
      yield* outbox.put([deliver("TWO"), ask("OTHER")])
      const [taken] = yield* outbox.take("Deliver", 1)
      const { oldest, waiting } = yield* outbox.backlog
      expect(waiting).toBe(2)
      expect(Math.round(Duration.toSeconds(oldest))).toBe(60)
      yield* outbox.done(taken!)
      expect((yield* outbox.backlog).waiting).toBe(1)
    })
  )

  it.scoped("hands back what it holds, once asked or when its process ends, counted as tried", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      yield* outbox.put([deliver("BACK"), deliver("BACK", 1)])
      const [first] = yield* outbox.take("Deliver", 1)
      yield* outbox.release("AskMochi")
      expect(yield* takenNow(outbox)).toEqual([])
      yield* outbox.release("Deliver")
      const ended = yield* Effect.scoped(Effect.flatMap(world.another, other => other.take("Deliver", 1)))
      const [third] = yield* outbox.take("Deliver", 1)
      expect([first!.triesBefore, ended[0]!.triesBefore, third!.triesBefore]).toEqual([0, 1, 2])
    })
  )

  it.scoped("counts apart what failed by itself: a crash says nothing of the job", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      const next = Effect.map(outbox.take("Deliver", 1), ([taken]) => taken!)
      yield* outbox.put([deliver("COUNTED")])
      yield* next
      yield* outbox.release("Deliver")
      const second = yield* next
      yield* outbox.again(second, Duration.zero)
      const third = yield* next
      yield* outbox.release("Deliver")
      const fourth = yield* next
      expect([second, third, fourth].map(taken => [taken.triesBefore, taken.failuresBefore])).toEqual([
        [1, 0],
        [2, 1],
        [3, 1]
      ])
      expect(fourth.job).toEqual(second.job)
      expect(fourth.traceparent).toEqual(second.traceparent)
    })
  )

  it.scoped("ignores what a former holder says of a job that waits again meanwhile", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      yield* outbox.put([deliver("STALE")])
      const [stale] = yield* outbox.take("Deliver", 1)
      yield* outbox.release("Deliver")
      const [current] = yield* outbox.take("Deliver", 1)
      yield* outbox.again(current!, Duration.zero)
      yield* outbox.again(stale!, Duration.hours(1))
      expect((yield* outbox.take("Deliver", 1)).map(({ failuresBefore }) => failuresBefore)).toEqual([1])
    })
  )

  it.scoped("ignores what a former holder says of a job that another took meanwhile", () =>
    Effect.gen(function* () {
      const [outbox, world] = [yield* emptied, yield* World]
      const other = yield* world.another
      yield* outbox.put([deliver("STALE")])
      const [stale] = yield* outbox.take("Deliver", 1)
      yield* outbox.release("Deliver")
      const [current] = yield* other.take("Deliver", 1)
      yield* outbox.done(stale!)
      yield* outbox.again(stale!, Duration.zero)
      expect((yield* outbox.backlog).waiting).toBe(1)
      expect(yield* takenNow(outbox)).toEqual([])
      yield* other.done(current!)
      expect((yield* outbox.backlog).waiting).toBe(0)
    })
  )
}

// The queue of the database wakes by real time.
suiteOn(sql, { excludeTestServices: true })("the outbox, in PostgreSQL", suite)
suiteOn(memory, { excludeTestServices: true })("the outbox, in memory", suite)
