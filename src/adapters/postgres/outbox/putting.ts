/** Puts jobs into their queues, those of one kind as one statement. */
import * as SqlClient from "@effect/sql/SqlClient"
import type * as SqlError from "@effect/sql/SqlError"
import { Context, Effect, Option } from "effect"
import type { JobInsert, PgBoss } from "pg-boss"
import { jobKinds } from "../../../domain/Job.ts"
import type { JobKind } from "../../../domain/Job.ts"
import { call, queueOf } from "./pgBoss.ts"

/** A job as pg-boss takes it. */
export interface Row extends JobInsert<object> {
  readonly kind: JobKind
}

type Inserting = Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient>

/** What the current work has put, if all of it goes into the queues at its end. */
class PutTogether extends Context.Reference<PutTogether>()("mochi/adapters/postgres/outbox/PutTogether", {
  defaultValue: (): Option.Option<Array<Row>> => Option.none()
}) {}

export const into = (boss: PgBoss) => {
  const inserts = (rows: ReadonlyArray<Row>) =>
    jobKinds.flatMap(kind => {
      const some = rows.flatMap(({ kind: its, ...row }) => (its === kind ? [row] : []))
      return some.length > 0 ? [call(db => boss.insert(queueOf(kind), some, { db }))] : []
    })

  /** All or nothing. */
  const insertAll = (rows: ReadonlyArray<Row>): Inserting =>
    Effect.flatMap(SqlClient.SqlClient, sql => {
      const each = inserts(rows)
      const all = Effect.all(each, { discard: true })
      return each.length > 1 ? sql.withTransaction(all) : all
    })

  return {
    put: (rows: ReadonlyArray<Row>): Inserting =>
      Effect.flatMap(
        PutTogether,
        Option.match({
          onNone: () => insertAll(rows),
          onSome: others =>
            Effect.sync(() => {
              others.push(...rows)
            })
        })
      ),

    /** Work within a transaction, and then all that it put. */
    together: <A, E, R, E2>(
      work: Effect.Effect<A, E, R>,
      storing: (inserting: Inserting) => Effect.Effect<void, E2>
    ): Effect.Effect<A, E | E2, R> =>
      Effect.suspend(() => {
        const rows: Array<Row> = []
        return work.pipe(
          Effect.provideService(PutTogether, Option.some(rows)),
          Effect.tap(() => storing(Effect.suspend(() => Effect.all(inserts(rows), { discard: true }))))
        )
      })
  }
}
