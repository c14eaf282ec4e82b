import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Queue, Redacted, Schedule } from "effect"
import { fileURLToPath } from "node:url"
import { DatabaseUrl } from "../../../src/adapters/postgres/Database.ts"
import * as LeadershipSql from "../../../src/adapters/postgres/LeadershipSql.ts"
import { Leadership } from "../../../src/ports/Leadership.ts"
import * as Child from "../../support/child.ts"
import * as TestDatabase from "../../support/postgres.ts"

const startLeader = Effect.flatMap(DatabaseUrl, url =>
  Child.start(fileURLToPath(new URL("leader.ts", import.meta.url)), Redacted.value(url))
)

/** A leadership of its own, as another process would have it. */
const member = Effect.map(Layer.build(Layer.fresh(LeadershipSql.layer)), context =>
  Leadership.pipe(Effect.provide(context))
).pipe(Effect.flatten)

const terminate = (application: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    sql => sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = ${application} and datname = current_database()`
  )

layer(TestDatabase.layer, { excludeTestServices: true })("LeadershipSql", it => {
  it.scoped("lets another process take over within a few seconds of a kill", () =>
    Effect.gen(function* () {
      const { standing, whileLeading } = yield* member
      const holder = yield* startLeader
      expect(yield* holder.line).toBe("leads")
      const taken = yield* Deferred.make<void>()
      const waiting = yield* Effect.fork(
        whileLeading("gateway", Effect.zipRight(Deferred.succeed(taken, undefined), Effect.never))
      )
      yield* Effect.repeat(standing("gateway"), {
        until: now => now === "standby",
        schedule: Schedule.spaced("50 millis")
      })
      expect(yield* Deferred.isDone(taken)).toBe(false)
      yield* holder.end("SIGKILL")
      const [time] = yield* Effect.timed(Deferred.await(taken))
      expect(Duration.toMillis(time)).toBeLessThan(3000)
      expect(yield* standing("gateway")).toBe("leading")
      yield* Fiber.interrupt(waiting)
      expect(yield* standing("gateway")).toBe("undecided")
    })
  )

  it.scoped("hands the role over only after the work has cleaned up", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* member, yield* member]
      const events = yield* Queue.unbounded<string>()
      const work = (name: string) =>
        Effect.acquireUseRelease(
          events.offer(`${name} begins`),
          () => Effect.never,
          () => Effect.delay(events.offer(`${name} is done`), "100 millis")
        )
      const first = yield* Effect.fork(one.whileLeading("delivery", work("one")))
      expect(yield* events.take).toBe("one begins")
      const second = yield* Effect.fork(two.whileLeading("delivery", work("two")))
      yield* Fiber.interrupt(first)
      expect([yield* events.take, yield* events.take]).toEqual(["one is done", "two begins"])
      yield* Fiber.interrupt(second)
    })
  )

  it.scoped("interrupts the work when the connection is lost, and begins anew", () =>
    Effect.gen(function* () {
      const { whileLeading } = yield* member
      const events = yield* Queue.unbounded<string>()
      const work = Effect.acquireUseRelease(
        events.offer("begins"),
        () => Effect.never,
        () => events.offer("ends")
      )
      const leading = yield* Effect.fork(whileLeading("gateway", work))
      expect(yield* events.take).toBe("begins")
      yield* terminate("mochi-discord-gateway")
      expect([yield* events.take, yield* events.take]).toEqual(["ends", "begins"])
      yield* Fiber.interrupt(leading)
    })
  )

  it.scoped("ends as the work ends, and lets go of the role", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* member, yield* member]
      expect(yield* Effect.flip(one.whileLeading("delivery", Effect.fail("fatal")))).toBe("fatal")
      expect(yield* two.whileLeading("delivery", Effect.succeed("done"))).toBe("done")
    })
  )
})
