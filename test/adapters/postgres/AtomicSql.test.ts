import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import * as AtomicSql from "../../../src/adapters/postgres/AtomicSql.ts"
import { asStoreUnavailable } from "../../../src/adapters/postgres/storeErrors.ts"
import { Atomic } from "../../../src/ports/Atomic.ts"
import * as TestDatabase from "../../support/postgres.ts"

const table = Layer.effectDiscard(
  Effect.flatMap(
    SqlClient.SqlClient,
    sql => sql`create table notes (id integer primary key, text text not null)`
  )
)

const notes = Effect.flatMap(SqlClient.SqlClient, sql =>
  Effect.map(sql<{ text: string }>`select text from notes order by id`, rows => rows.map(row => row.text))
)

layer(AtomicSql.layer.pipe(Layer.merge(table), Layer.provideMerge(TestDatabase.layerEmpty)))(
  "AtomicSql",
  it => {
    it.effect("fails where a statement failed inside, even if that failure was caught", () =>
      Effect.gen(function* () {
        const [sql, atomic] = [yield* SqlClient.SqlClient, yield* Atomic]
        yield* sql`delete from notes`
        const failure = yield* Effect.flip(
          atomic.transaction(
            Effect.zipRight(sql`insert into notes values (1, 'one')`, Effect.ignore(sql`select from nowhere`))
          )
        )
        expect(failure._tag).toBe("StoreUnavailable")
        expect(yield* notes).toEqual([])
      })
    )

    it.effect("reports a connection that breaks inside a transaction as a failure, not a defect", () =>
      Effect.gen(function* () {
        const [sql, atomic] = [yield* SqlClient.SqlClient, yield* Atomic]
        const failure = yield* Effect.flip(
          atomic.transaction(Effect.ignore(sql`select pg_terminate_backend(pg_backend_pid())`))
        )
        expect(failure._tag).toBe("StoreUnavailable")
      })
    )

    it.effect("names the operation and the constraint, never the values", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql`delete from notes`
        const insert = sql`insert into notes values (77123, ${"a secret"})`
        yield* insert
        const duplicate = yield* Effect.flip(asStoreUnavailable("Notes.add")(insert))
        const malformed = yield* Effect.flip(
          asStoreUnavailable("Notes.read")(sql`select * from notes where id = ${"a secret"}::text::integer`)
        )
        expect(duplicate.operation).toBe("Notes.add")
        expect(String(duplicate.cause)).toContain("notes_pkey")
        for (const error of [duplicate, malformed]) {
          expect(JSON.stringify(error) + String(error.cause)).not.toMatch(/a secret|77123/)
        }
      })
    )

    it.effect("does a transaction again that lost a deadlock, the whole of it (A11)", () =>
      Effect.gen(function* () {
        const [sql, atomic] = [yield* SqlClient.SqlClient, yield* Atomic]
        yield* sql`delete from notes`
        yield* sql`insert into notes values (1, ''), (2, '')`
        let tries = 0
        const bothHoldOne = yield* Effect.makeSemaphore(2)
        yield* bothHoldOne.take(2)
        const append = (letter: string, id: number) =>
          asStoreUnavailable("notes")(sql`update notes set text = text || ${letter} where id = ${id}`)
        const crossing = (letter: string, first: number, second: number) => {
          let isFirst = true
          return atomic.transaction(
            Effect.gen(function* () {
              tries += 1
              yield* append(letter, first)
              if (isFirst) {
                isFirst = false
                arrived += 1
                if (arrived === 2) yield* bothHoldOne.release(2)
                yield* bothHoldOne.take(1)
              }
              yield* append(letter, second)
            })
          )
        }
        let arrived = 0
        yield* Effect.all([crossing("a", 1, 2), crossing("b", 2, 1)], { concurrency: "unbounded" })
        expect((yield* notes).map(text => [...text].sort().join(""))).toEqual(["ab", "ab"])
        expect(tries).toBe(3)
      }).pipe(Effect.withClock(Clock.make()))
    )
  }
)
