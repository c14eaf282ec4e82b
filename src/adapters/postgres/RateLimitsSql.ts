import { SqlClient } from "@effect/sql"
import { Effect, Layer, Option, Schema } from "effect"
import { Settings } from "../../config/Settings.ts"
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

/**
 * Counts runs by pseudonym: erasing a person does not reset them. Each run is one statement, on the database's clock; the
 * row's lock decides between replicas.
 */
export const layer: Layer.Layer<RateLimits, never, SqlClient.SqlClient | Settings | Pseudonyms> =
  Layer.effect(
    RateLimits,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const pseudonyms = yield* Pseudonyms
      const { runs, seconds } = (yield* Settings).limits.user
      const limits: Readonly<Record<LimitedKind, Limit>> = {
        kudos: { runs, seconds },
        button: { runs: 2 * runs, seconds },
        export: { runs: wholeDataRuns, seconds: wholeDataSeconds },
        erasure: { runs: wholeDataRuns, seconds: wholeDataSeconds }
      }

      return {
        take: Effect.fnUntraced(function* (user: UserId, kind: LimitedKind) {
          const { runs: most, seconds } = limits[kind]
          const window = sql`${seconds} * interval '1 second'`
          const recent = sql`from unnest(held.runs) as run where run between clock_timestamp() - ${window} and clock_timestamp()`
          const rows = yield* sql`
            insert into rate_limits as held (person, kind, runs, allowed)
            values (${pseudonyms.of(user)}, ${kind}, array[clock_timestamp()], true)
            on conflict (person, kind) do update set
              updated_at = clock_timestamp(),
              (runs, allowed) = (
                select case when count(*) < ${most}
                    then array_append(array_agg(run order by run), clock_timestamp())
                    else array_agg(run order by run) end,
                  count(*) < ${most}
                ${recent}
              )
            returning allowed, runs[cardinality(runs) - ${most - 1}] + ${window} as next`
          const [taken] = yield* decodeTaken(rows)
          return taken.allowed ? Option.none() : taken.next
        }, asStoreUnavailable("RateLimits.take")),

        prune: Effect.forEach(
          Object.entries(limits),
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

/** `next`: when the oldest of the counted runs no longer counts; none while there is room. */
const decodeTaken = Schema.decodeUnknown(
  Schema.Tuple(
    Schema.Struct({ allowed: Schema.Boolean, next: Schema.OptionFromNullOr(Schema.DateTimeUtcFromDate) })
  )
)
