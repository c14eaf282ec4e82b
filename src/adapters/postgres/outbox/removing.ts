/** Takes a job that is done out of its queue, by itself or within the statement that stores what it did. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Context, Schema } from "effect"
import type { Effect } from "effect"
import type { Taken } from "../../../ports/Outbox.ts"
import { queueOf } from "./pgBoss.ts"

/** Removes the job, unless another process has it by now; returns its key. */
export const removing = (sql: SqlClient.SqlClient, { id, job, triesBefore }: Taken): Statement.Fragment =>
  sql`delete from pgboss.job_common
    where name = ${queueOf(job._tag)} and id = ${id} and state = 'active' and retry_count = ${triesBefore}
    returning singleton_key`

/** Whether a job waits behind the one that is `removed`, the result of `removing`. */
export const frees = (sql: SqlClient.SqlClient, { job }: Taken): Statement.Fragment =>
  sql`exists (
    select from removed join pgboss.job_common next using (singleton_key)
    where next.name = ${queueOf(job._tag)} and next.state < 'active'
  )`

export const decodeFrees = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ frees: Schema.Boolean })))

/** What this process has to know about jobs that statements of other stores remove. */
export class JobRemoval extends Context.Tag("mochi/adapters/postgres/outbox/JobRemoval")<
  JobRemoval,
  {
    /** Runs the statement that removes the job; it says whether that frees another one. */
    readonly remove: <A extends { readonly frees: boolean }, E, R>(
      taken: Taken,
      statement: Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E, R>
  }
>() {}
