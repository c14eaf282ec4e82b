import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Layer, Scope } from "effect"
import * as detection from "../../../src/adapters/postgres/detection.ts"
import { Lookout } from "../../../src/adapters/postgres/Lookout.ts"
import { Pulse } from "../../../src/adapters/postgres/Pulse.ts"
import * as PulseLayer from "../../../src/adapters/postgres/Pulse.ts"
import * as TestDatabase from "../../support/postgres.ts"

/** A process of its own. */
const begin = Layer.build(Layer.fresh(PulseLayer.layer))

const isHeld = (role: number) =>
  Effect.flatMap(SqlClient.SqlClient, sql =>
    Effect.map(
      sql`select from pg_locks where locktype = 'advisory' and granted and classid = 7301447 and objid = ${role}
        and database = (select oid from pg_database where datname = current_database())`,
      rows => rows.length > 0
    )
  )

const beats = (count: number) => Effect.sleep(count * detection.asksEvery + 500)

layer(TestDatabase.layer, { excludeTestServices: true })("a process's pulse", it => {
  it.scoped("says what waits, within a beat", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`create table waiting_room (holder bigint not null)`
      const { watch } = Context.get(yield* begin, Lookout)
      let calls = 0
      const waits = yield* watch("exists (select from waiting_room where holder <> lease.id)", () => calls++)
      yield* beats(1)
      expect([yield* waits, calls]).toEqual([false, 0])
      yield* sql`insert into waiting_room values (-1)`
      yield* beats(1)
      expect(yield* waits).toBe(true)
      expect(calls).toBeGreaterThan(0)
    })
  )

  it.scoped(
    "keeps lease and roles while somebody has locked a table that it looks at, and is gone again",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`create table locked_room (n int)`
        const context = yield* begin
        const pulse = Context.get(context, Pulse)
        const waits = yield* Context.get(context, Lookout).watch("exists (select from locked_room)")
        const lost = yield* pulse.holdRole(51, Effect.void)
        const fate = yield* Effect.forkScoped(lost)
        yield* beats(1)
        expect(yield* waits).toBe(false)
        const before = yield* pulse.lease
        yield* sql.withTransaction(
          Effect.zipRight(
            sql`lock table locked_room in access exclusive mode`,
            // The pool drops a connection that is silent.
            Effect.replicateEffect(
              Effect.zipRight(sql`select 1`, Effect.sleep("2 seconds")),
              detection.leaseLapsesAfter / 2_000 + 1
            )
          )
        )
        const after = yield* pulse.lease
        expect(after.id).toBe(before.id)
        // It does not know, so the store looks for itself.
        expect(yield* waits).toBe(true)
        expect(fate.unsafePoll()).toBeNull()
        yield* sql`drop table locked_room`
        yield* beats(2)
        expect((yield* pulse.lease).id).toBe(before.id)
        expect(fate.unsafePoll()).toBeNull()
      })
  )

  it.scoped("lets a role go that nobody waits for any longer, and that it got while a look failed", () =>
    Effect.gen(function* () {
      const context = yield* begin
      const { holdRole } = Context.get(context, Pulse)
      yield* Context.get(context, Lookout).watch("1 / (lease.id - lease.id) = 1")
      for (let round = 0; round < 5; round++) {
        const scope = yield* Scope.make()
        const held = yield* Deferred.make<void>()
        const waiting = yield* Effect.fork(
          Scope.extend(Effect.zipRight(holdRole(52, Effect.void), Deferred.succeed(held, undefined)), scope)
        )
        if (round % 2 === 0) yield* Deferred.await(held)
        else {
          yield* Effect.sleep(round)
          yield* waiting.interruptAsFork(waiting.id())
        }
        yield* Scope.close(scope, Exit.void)
        yield* Effect.sleep("200 millis")
        expect([round, yield* isHeld(52)]).toEqual([round, false])
      }
    })
  )
})
