/**
 * The statement that takes jobs, as a function of the database. pg-boss's own reads and sorts everything that waits; this one
 * follows pg-boss's indexes in the order of the queue, and stops when it has enough.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqlError from "@effect/sql/SqlError"
import { Effect, Predicate, Schema } from "effect"
import type { ParseResult } from "effect"

/**
 * The plan must not depend on statistics: in a burst they lag behind, and a plan for an empty queue reads all of a long one
 * for each job.
 */
const planner = ["seqscan", "bitmapscan", "sort", "incremental_sort", "hashjoin", "mergejoin", "material"]

/** For a function or a transaction. */
export const plannerSettings: ReadonlyArray<string> = planner.map(name => `set enable_${name} = off`)

/**
 * Takes jobs as pg-boss does: the oldest first, none before its time. Of the jobs with one key it takes none while one of
 * them runs or waits for another try, and otherwise the oldest whose time has come. `queue` and `most` are SQL.
 */
export const taking = (queue: string, most: string): string => `
  with next as (
    select job.ctid from pgboss.job_common job
    where job.name = ${queue} and job.state < 'active' and not job.blocked and job.start_after <= pgboss.job_now()
      and case
        when job.singleton_key is null then true
        -- Most of those that may not be taken end here, at the cost of one look into an index.
        when exists (
          select from pgboss.job_common other
          where other.name = ${queue} and other.singleton_key = job.singleton_key
            and other.state in ('active', 'retry', 'failed') and other.policy = 'key_strict_fifo'
            and other.id <> job.id
          offset 0
        ) then false
        when job.state = 'retry' then true
        else job.id = (
          select head.id from pgboss.job_common head
          where head.name = ${queue} and head.singleton_key = job.singleton_key and head.state = 'created'
            and head.state < 'active' and not head.blocked and head.policy = 'key_strict_fifo'
            and head.start_after <= pgboss.job_now()
          order by head.created_on, head.id limit 1
        )
      end
    order by job.priority desc, job.created_on
    limit ${most}
    for update skip locked
  ),
  taken as (
    update pgboss.job_common job set
      state = 'active',
      started_on = pgboss.job_now(),
      heartbeat_on = pgboss.job_now(),
      retry_count = case when job.started_on is null then job.retry_count else job.retry_count + 1 end
    from next where job.ctid = next.ctid
    returning job.id, job.data, job.retry_count as tries,
      extract(epoch from job.started_on - job.created_on)::float8 * 1000 as age
  )
  select coalesce(jsonb_agg(to_jsonb(taken)), '[]'), case when count(*) < ${most} then ${dueIn(queue)} end
  from taken`

/** Milliseconds until the next job that waits for its time, by the index that has these columns first. */
const dueIn = (queue: string) => {
  const earliest = ["created", "retry"].map(
    state => `(select job.start_after from pgboss.job_common job
      where job.name = ${queue} and job.state = '${state}' and not job.blocked and job.start_after > pgboss.job_now()
        and job.state in ('created', 'retry', 'active', 'failed')
      order by job.start_after limit 1)`
  )
  return `extract(epoch from least(${earliest.join(", ")}) - pgboss.job_now())::float8 * 1000`
}

/** Creates the function; pg-boss's tables have to exist. */
export const declare: Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient> = Effect.flatMap(
  SqlClient.SqlClient,
  sql =>
    Effect.asVoid(
      sql.unsafe(`
        create or replace function take_jobs(queue text, most integer)
        returns table (jobs jsonb, due_in double precision)
        language plpgsql ${plannerSettings.join(" ")} as $take$
        begin
          return query ${taking("queue", "most")};
        end $take$`)
    )
)

/** A job as it was taken. `age`: milliseconds since it was stored. */
const Row = Schema.Struct({
  id: Schema.String,
  data: Schema.Unknown,
  tries: Schema.NonNegativeInt,
  age: Schema.Number
})

/** `due_in`: milliseconds until the next job that waits for its time; null if none does, or more may be ready. */
const decodeRows = Schema.decodeUnknown(
  Schema.Tuple(Schema.Struct({ jobs: Schema.Array(Row), due_in: Schema.NullOr(Schema.Number) }))
)

export interface Batch {
  readonly jobs: ReadonlyArray<typeof Row.Type>
  readonly dueIn: number | null
}

export const take = (
  queue: string,
  most: number
): Effect.Effect<Batch, SqlError.SqlError | ParseResult.ParseError, SqlClient.SqlClient> =>
  Effect.flatMap(SqlClient.SqlClient, sql => sql`select jobs, due_in from take_jobs(${queue}, ${most})`).pipe(
    Effect.flatMap(decodeRows),
    Effect.map(([{ due_in, jobs }]) => ({ jobs, dueIn: due_in })),
    // Another process took a job with the same key at the same moment.
    Effect.catchIf(isConflict, () => Effect.succeed({ jobs: [], dueIn: 0 }))
  )

const isConflict = (error: unknown): boolean =>
  error instanceof SqlError.SqlError &&
  Predicate.hasProperty(error.cause, "code") &&
  error.cause.code === "23505"
