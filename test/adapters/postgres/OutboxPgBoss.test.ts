import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Fiber, Layer, Option, Redacted, Schedule } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { DatabaseUrl } from "../../../src/adapters/postgres/Database.ts"
import * as OutboxPgBoss from "../../../src/adapters/postgres/OutboxPgBoss.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"
import type { Taken } from "../../../src/ports/Outbox.ts"
import * as Pulse from "../../../src/adapters/postgres/Pulse.ts"
import * as TestDatabase from "../../support/postgres.ts"
import { ask, deliver } from "../../stores/jobs.ts"

const codes = (taken: ReadonlyArray<Taken>) =>
  taken.map(({ job }) => ("request" in job ? job.request.code : "")).sort()

const mark = ({ job }: Taken) => (job._tag === "Deliver" ? Number(job.notification.slice(-12)) : -1)

/** An outbox on an empty queue. */
const emptied = Effect.gen(function* () {
  const [outbox, sql] = [yield* Outbox, yield* SqlClient.SqlClient]
  yield* sql`delete from pgboss.job`
  return outbox
})

/** What `work` needs in seconds. */
const seconds = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(work), ([took, value]) => [Duration.toSeconds(took), value] as const)

/** Another process, as far as the database can tell. */
const another = Effect.map(Layer.build(Layer.fresh(OutboxPgBoss.layer)), Context.get(Outbox))

const nothing = (outbox: Outbox["Type"]) =>
  Effect.map(Effect.timeoutOption(outbox.take("Deliver", 10), "300 millis"), Option.isNone)

const onDatabase = OutboxPgBoss.layer.pipe(Layer.provide(Pulse.layer), Layer.provideMerge(TestDatabase.layer))

layer(onDatabase, { excludeTestServices: true })("OutboxPgBoss", it => {
  it.scoped("sets its schema up from two processes at once", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Layer.fresh(TestDatabase.layerEmpty))
      const both = yield* Effect.all([another, another], { concurrency: "unbounded" }).pipe(
        Effect.provide(context)
      )
      yield* both[0].put([deliver("START")])
      expect(codes(yield* both[1].take("Deliver", 1))).toEqual(["START"])
    })
  )
  it.scoped("changes a queue at its start only if the queue is not as it should be", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      // Its `xmin` names the transaction that wrote a row last.
      const queues = sql`select name, retry_limit, xmin::text from pgboss.queue order by name`
      const before = yield* queues
      yield* another
      expect(yield* queues).toEqual(before)
      yield* sql`update pgboss.queue set retry_limit = 1`
      yield* another
      const limitsOf = (rows: ReadonlyArray<Record<string, unknown>>) => rows.map(row => row["retry_limit"])
      expect(limitsOf(yield* queues)).toEqual(limitsOf(before))
    })
  )

  it.scoped("wakes who waits when a job is committed, and not before", () =>
    Effect.gen(function* () {
      const [outbox, sql] = [yield* emptied, yield* SqlClient.SqlClient]
      const waiting = yield* Effect.fork(outbox.take("Deliver", 10))
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* outbox.put([deliver("WAKE")])
          yield* Effect.sleep("100 millis")
          expect(Option.isNone(yield* Fiber.poll(waiting))).toBe(true)
        })
      )
      const [took, taken] = yield* seconds(Fiber.join(waiting))
      expect(codes(taken)).toEqual(["WAKE"])
      expect(took).toBeLessThan(0.5)
    })
  )

  it.scoped("wakes who waits when the job before is done, within a transaction too", () =>
    Effect.gen(function* () {
      const [outbox, sql] = [yield* emptied, yield* SqlClient.SqlClient]
      yield* outbox.put([deliver("NEXT", 1), deliver("NEXT", 2)])
      const [head] = yield* outbox.take("Deliver", 10)
      const waiting = yield* Effect.fork(outbox.take("Deliver", 10))
      yield* sql.withTransaction(Effect.zipLeft(outbox.done(head!), Effect.sleep("50 millis")))
      const [took, taken] = yield* seconds(Fiber.join(waiting))
      expect(taken.map(mark)).toEqual([2])
      expect(took).toBeLessThan(0.5)
    })
  )

  it.scoped("finds a job within a second or so whose announcement was lost with the connection", () =>
    Effect.gen(function* () {
      const [outbox, sql] = [yield* emptied, yield* SqlClient.SqlClient]
      // The listener connects in the background.
      yield* sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query ilike 'listen%'`.pipe(
        Effect.filterOrFail(broken => broken.length === 1),
        Effect.retry(Schedule.spaced("50 millis")),
        Effect.timeout("10 seconds")
      )
      const waiting = yield* Effect.fork(outbox.take("Deliver", 10))
      yield* Effect.sleep("100 millis")
      yield* outbox.put([deliver("UNHEARD")])
      const [took, taken] = yield* seconds(Fiber.join(waiting))
      expect(codes(taken)).toEqual(["UNHEARD"])
      expect(took).toBeLessThan(1.3)
    }).pipe(Effect.provide(Layer.fresh(onDatabase)))
  )

  it.scoped("gives a delayed job out on time, and counts its age from then", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      yield* outbox.put([ask("LATER")], Duration.millis(1_500))
      const [took, [taken]] = yield* seconds(outbox.take("AskMochi", 10))
      expect(took).toBeGreaterThan(1.4)
      expect(took).toBeLessThan(1.9)
      expect(taken!.job).toEqual(ask("LATER"))
      expect(Duration.toMillis(taken!.age)).toBeLessThan(500)
    })
  )

  it.scoped("gives a job that failed out again on time", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      yield* outbox.put([deliver("FAILED")])
      const [first] = yield* outbox.take("Deliver", 1)
      const putBack = outbox.again(first!, Duration.millis(700))
      const [took, [second]] = yield* seconds(Effect.zipRight(putBack, outbox.take("Deliver", 1)))
      expect(second!.triesBefore).toBe(1)
      expect(took).toBeGreaterThan(0.6)
      expect(took).toBeLessThan(1.2)
      expect(Duration.toMillis(second!.age)).toBeGreaterThan(690)
    })
  )

  it.scoped.each(["N\u0000L", "N\ud800L", "N\udc00L"])(
    "stores the code %j, which PostgreSQL's text or JSON cannot hold (A15)",
    code =>
      Effect.gen(function* () {
        const outbox = yield* emptied
        yield* outbox.put([deliver(code), ask(code)])
        expect(codes(yield* outbox.take("Deliver", 10))).toEqual(["N\uFFFDL"])
        expect(codes(yield* outbox.take("AskMochi", 10))).toEqual(["N\uFFFDL"])
      })
  )

  it.scoped("steps over a job that it cannot read, and keeps it", () =>
    Effect.gen(function* () {
      const [outbox, sql] = [yield* emptied, yield* SqlClient.SqlClient]
      yield* outbox.put([deliver("NEWER")])
      yield* sql`update pgboss.job set data = '{"v": 2}'`
      yield* outbox.put([deliver("KNOWN")])
      expect(codes(yield* outbox.take("Deliver", 10))).toEqual(["KNOWN"])
      const rows = yield* sql<{ data: unknown }>`select data from pgboss.job where start_after > now()`
      expect(rows.map(({ data }) => data)).toEqual([{ v: 2 }])
    })
  )

  it.scoped("hands back what it holds, once asked or when it ends, counted as tried", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      yield* outbox.put([deliver("BACK")])
      const [first] = yield* outbox.take("Deliver", 1)
      yield* outbox.release("Deliver")
      const ended = yield* Effect.scoped(Effect.flatMap(another, other => other.take("Deliver", 1)))
      const [took, [third]] = yield* seconds(outbox.take("Deliver", 1))
      expect([first!.triesBefore, ended[0]!.triesBefore, third!.triesBefore]).toEqual([0, 1, 2])
      expect(took).toBeLessThan(0.5)
    })
  )

  it.scoped("brings back what a killed process held, counted as tried, and not what a living one holds", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      const url = yield* DatabaseUrl
      yield* outbox.put([deliver("KILLED", 1), deliver("KILLED", 2)])
      yield* holdAndBeKilled(Redacted.value(url))
      yield* outbox.put([deliver("MINE", 3)])
      const mine = yield* outbox.take("Deliver", 10)
      expect(mine.map(mark)).toEqual([3])
      const [took, back] = yield* seconds(outbox.take("Deliver", 10))
      expect(back.map(taken => [mark(taken), taken.triesBefore])).toEqual([[1, 1]])
      expect(took).toBeGreaterThan(7)
      expect(took).toBeLessThan(15)
      yield* Effect.sleep("3 seconds")
      yield* outbox.done(back[0]!)
      expect((yield* outbox.take("Deliver", 10)).map(mark)).toEqual([2])
    })
  )

  it.scoped("gives a thousand jobs out once each, to two processes", () =>
    Effect.gen(function* () {
      const outbox = yield* emptied
      const other = yield* another
      const putting = Effect.forEach(
        Array.from({ length: 100 }, (_, n) => n),
        n =>
          outbox.put(Array.from({ length: 10 }, (_, m) => deliver(`CODE${(n * 10 + m) % 700}`, n * 10 + m))),
        { concurrency: 5, discard: true }
      )
      const got: Array<number> = []
      const all = yield* Deferred.make<void>()
      const finish = (from: Outbox["Type"], taken: Taken) =>
        Effect.gen(function* () {
          got.push(mark(taken))
          yield* from.done(taken)
          if (got.length === 1000) yield* Deferred.succeed(all, undefined)
        })
      const drain = (from: Outbox["Type"]) =>
        Effect.forever(
          Effect.gen(function* () {
            const batch = yield* from.take("Deliver", 20)
            yield* Effect.all(
              batch.map(taken => finish(from, taken)),
              { concurrency: 10, discard: true }
            )
          })
        )
      yield* Effect.forkScoped(drain(outbox))
      yield* Effect.forkScoped(drain(other))
      yield* putting
      yield* Deferred.await(all)
      expect(yield* nothing(outbox)).toBe(true)
      expect([...new Set(got)]).toHaveLength(1000)
      expect(got).toHaveLength(1000)
    })
  )
})

/** Runs a process until it holds a job, then kills it as a crash would. */
const holdAndBeKilled = (url: string) =>
  Effect.promise(async () => {
    const holder = spawn(process.execPath, [fileURLToPath(new URL("./outboxHolder.ts", import.meta.url))], {
      env: { ...process.env, HOLDER_DATABASE_URL: url },
      stdio: ["ignore", "pipe", "inherit"]
    })
    await once(holder.stdout, "data")
    holder.kill("SIGKILL")
    await once(holder, "exit")
  })
