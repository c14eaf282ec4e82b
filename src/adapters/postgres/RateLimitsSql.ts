import * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Effect, Layer, Option, Schema } from "effect"
import { Settings } from "../../config/Settings.ts"
import type { SettingsValues } from "../../config/Settings.ts"
import type { UserId } from "../../domain/Ids.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import type { LimitedKind } from "../../ports/RateLimits.ts"
import { inBatches } from "./inBatches.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** For a person's own data: reading or erasing all of it costs the database work, and nobody needs it often. */
const wholeDataRuns = 3
const wholeDataSeconds = 24 * 60 * 60

interface Limit {
  readonly runs: number
  readonly seconds: number
}

const limitsOf = ({ limits: { user } }: SettingsValues): Readonly<Record<LimitedKind, Limit>> => ({
  kudos: user,
  button: { runs: 2 * user.runs, seconds: user.seconds },
  export: { runs: wholeDataRuns, seconds: wholeDataSeconds },
  erasure: { runs: wholeDataRuns, seconds: wholeDataSeconds }
})

/**
 * Counts one run of each row of `runs`, which has the columns `person` (a pseudonym) and `kind`, each pair once, and returns
 * the pair with `allowed` and `next`: the moment when the oldest of the counted runs no longer counts, null while there is
 * room. The row's lock decides between replicas, and time is the database's.
 */
export const countingRuns = (
  sql: SqlClient.SqlClient,
  settings: SettingsValues,
  runs: Statement.Fragment
): Statement.Fragment => {
  const limits = Object.entries(limitsOf(settings)).map(
    ([kind, { runs: most, seconds }]) => sql`(${kind}, ${most}::int, ${seconds}::int * interval '1 second')`
  )
  return sql`
    limits (kind, most, lasts) as (values ${sql.csv(limits)}),
    counted as (
      insert into rate_limits as held (person, kind, runs, allowed)
      select person, kind, array[clock_timestamp()], true from ${runs} as runs order by person, kind
      on conflict (person, kind) do update set
        updated_at = clock_timestamp(),
        (runs, allowed) = (
          select case when count(run) < most
              then array_append(array_agg(run order by run) filter (where run is not null), clock_timestamp())
              else array_agg(run order by run) end,
            count(run) < most
          from limits left join unnest(held.runs) as run
            on run between clock_timestamp() - lasts and clock_timestamp()
          where limits.kind = held.kind group by most
        )
      returning person, kind, allowed, runs
    ),
    taken as (
      select person, kind, allowed, counted.runs[cardinality(counted.runs) - (most - 1)] + lasts as next
      from counted join limits using (kind)
    )`
}

/** Counts runs by pseudonym: erasing a person does not reset them. */
export const layer: Layer.Layer<RateLimits, never, SqlClient.SqlClient | Settings | Pseudonyms> =
  Layer.effect(
    RateLimits,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const pseudonyms = yield* Pseudonyms
      const settings = yield* Settings

      return {
        take: Effect.fnUntraced(function* (user: UserId, kind: LimitedKind) {
          const run = sql`(values (${pseudonyms.of(user)}, ${kind}))`
          const rows = yield* sql`
            with asked (person, kind) as ${run}, ${countingRuns(sql, settings, sql`asked`)}
            select allowed, next from taken`
          const [taken] = yield* decodeTaken(rows)
          return taken.allowed ? Option.none() : taken.next
        }, asStoreUnavailable("RateLimits.take")),

        prune: Effect.forEach(
          Object.entries(limitsOf(settings)),
          ([kind, { seconds }]) =>
            inBatches(
              most => sql`delete from rate_limits where ctid = any(array(
          select ctid from rate_limits
                where kind = ${kind} and updated_at < now() - ${seconds} * interval '1 second'
                order by updated_at limit ${most} for update skip locked
        )) returning 1`
            ),
          { discard: true }
        ).pipe(asStoreUnavailable("RateLimits.prune"))
      }
    })
  )

const decodeTaken = Schema.decodeUnknown(
  Schema.Tuple(
    Schema.Struct({ allowed: Schema.Boolean, next: Schema.OptionFromNullOr(Schema.DateTimeUtcFromDate) })
  )
)
