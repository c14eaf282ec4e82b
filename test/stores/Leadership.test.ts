import { SqlClient } from "@effect/sql"
import { expect, layer as suiteOn } from "@effect/vitest"
import type { Vitest } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer, Queue, Schedule } from "effect"
import type { Scope } from "effect"
import * as LeadershipInMemory from "../../src/adapters/memory/LeadershipInMemory.ts"
import * as Process from "../../src/adapters/memory/Process.ts"
import * as Tables from "../../src/adapters/memory/Tables.ts"
import { DatabaseUrl } from "../../src/adapters/postgres/Database.ts"
import * as LeadershipSql from "../../src/adapters/postgres/LeadershipSql.ts"
import * as Pulse from "../../src/adapters/postgres/Pulse.ts"
import { Leadership } from "../../src/ports/Leadership.ts"
import * as TestDatabase from "../support/postgres.ts"

interface Member {
  readonly leadership: Leadership["Type"]
  /** Takes the gateway's role from the member, which may have it back. */
  readonly loses: Effect.Effect<void>
}

/** A leadership of its own, as another process would have it. */
class Members extends Context.Tag("test/stores/Leadership/Members")<
  Members,
  { readonly join: Effect.Effect<Member, never, Scope.Scope> }
>() {}

const sql = Layer.effect(
  Members,
  Effect.gen(function* () {
    const client = yield* SqlClient.SqlClient
    const url = yield* DatabaseUrl
    return {
      join: Effect.map(
        Layer.build(
          Layer.fresh(Layer.provide(LeadershipSql.layer, Pulse.layer)).pipe(
            Layer.provide(Layer.succeed(DatabaseUrl, url)),
            Layer.provide(Layer.succeed(SqlClient.SqlClient, client)),
            Layer.orDie
          )
        ),
        context => ({
          leadership: Context.get(context, Leadership),
          loses: Effect.asVoid(
            Effect.orDie(client`select pg_terminate_backend(pid) from pg_stat_activity
              where application_name = 'mochi-discord-process' and datname = current_database()`)
          )
        })
      )
    }
  })
).pipe(Layer.provide(TestDatabase.layer))

let processes = 0

const memory = Layer.effect(
  Members,
  Effect.map(Tables.Tables, tables => ({
    join: Effect.gen(function* () {
      processes += 1
      const id = processes
      const context = yield* Layer.build(
        LeadershipInMemory.layer.pipe(
          Layer.provide(Process.layerOf(id)),
          Layer.provide(Layer.succeed(Tables.Tables, tables))
        )
      )
      return {
        leadership: Context.get(context, Leadership),
        loses: Effect.provideService(
          Effect.zipRight(Process.end(id), Process.begin(id)),
          Tables.Tables,
          tables
        )
      }
    })
  }))
).pipe(Layer.provide(Tables.layer))

const join = Effect.flatMap(Members, members => members.join)

const until = <A>(look: Effect.Effect<A>, expected: A) =>
  Effect.repeat(look, { until: now => now === expected, schedule: Schedule.spaced("20 millis") })

const suite = (it: Vitest.MethodsNonLive<Members, true>) => {
  it.scoped("lets one lead at a time, and says how each stands", () =>
    Effect.gen(function* () {
      const [one, two] = [(yield* join).leadership, (yield* join).leadership]
      expect(yield* one.standing("gateway")).toBe("undecided")
      const [begun, taken] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const leading = yield* Effect.fork(
        one.whileLeading("gateway", Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never))
      )
      yield* Deferred.await(begun)
      const waiting = yield* Effect.fork(
        two.whileLeading("gateway", Effect.zipRight(Deferred.succeed(taken, undefined), Effect.never))
      )
      yield* until(two.standing("gateway"), "standby")
      expect(yield* Deferred.isDone(taken)).toBe(false)
      expect(yield* one.standing("gateway")).toBe("leading")
      expect(yield* two.standing("delivery")).toBe("undecided")
      yield* Fiber.interrupt(leading)
      yield* Deferred.await(taken)
      expect(yield* two.standing("gateway")).toBe("leading")
      yield* Fiber.interrupt(waiting)
      expect(yield* two.standing("gateway")).toBe("undecided")
    })
  )

  it.scoped("lets one process lead while another has the other role", () =>
    Effect.gen(function* () {
      const [one, two] = [(yield* join).leadership, (yield* join).leadership]
      expect(yield* one.whileLeading("gateway", two.whileLeading("delivery", Effect.succeed("both")))).toBe(
        "both"
      )
    })
  )

  it.scoped("hands the role over only after the work has cleaned up", () =>
    Effect.gen(function* () {
      const [one, two] = [(yield* join).leadership, (yield* join).leadership]
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

  it.scoped("interrupts the work when the role is lost, and begins again", () =>
    Effect.gen(function* () {
      const { leadership, loses } = yield* join
      const events = yield* Queue.unbounded<string>()
      const work = Effect.acquireUseRelease(
        events.offer("begins"),
        () => Effect.never,
        () => events.offer("ends")
      )
      const leading = yield* Effect.fork(leadership.whileLeading("gateway", work))
      expect(yield* events.take).toBe("begins")
      yield* loses
      expect([yield* events.take, yield* events.take]).toEqual(["ends", "begins"])
      yield* Fiber.interrupt(leading)
    })
  )

  it.scoped("ends as the work ends, and lets go of the role", () =>
    Effect.gen(function* () {
      const [one, two] = [(yield* join).leadership, (yield* join).leadership]
      expect(yield* Effect.flip(one.whileLeading("delivery", Effect.fail("fatal")))).toBe("fatal")
      expect(yield* two.whileLeading("delivery", Effect.succeed("done"))).toBe("done")
    })
  )
}

suiteOn(sql, { excludeTestServices: true })("leadership, in PostgreSQL", suite)
suiteOn(memory, { excludeTestServices: true })("leadership, in memory", suite)
