import { SqlClient } from "@effect/sql"
import { Effect, Layer, Option, Schema } from "effect"
import { Settings } from "../../config.ts"
import type { DiscordUserId } from "../../domain/Ids.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/**
 * The runs of the last seconds, by pseudonym: erasing a person does not reset them. One statement a run, on the database's
 * clock, and the row's lock decides between replicas.
 */
export const layer: Layer.Layer<RateLimits, never, SqlClient.SqlClient | Settings | Pseudonyms> =
  Layer.effect(
    RateLimits,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const pseudonyms = yield* Pseudonyms
      const { runs, seconds } = (yield* Settings).limits.user
      const most = { kudos: runs, button: 2 * runs }
      const window = sql`${seconds} * interval '1 second'`

      return {
        take: Effect.fn("RateLimits.take")(function* (user: DiscordUserId, kind: "kudos" | "button") {
          const recent = sql`from unnest(held.runs) as run where run > clock_timestamp() - ${window}`
          const rows = yield* sql`
            insert into rate_limits as held (person, kind, runs, allowed)
            values (${pseudonyms.of(user)}, ${kind}, array[clock_timestamp()], true)
            on conflict (person, kind) do update set
              updated_at = clock_timestamp(),
              (runs, allowed) = (
                select case when count(*) < ${most[kind]}
                    then array_append(array_agg(run order by run), clock_timestamp())
                    else array_agg(run order by run) end,
                  count(*) < ${most[kind]}
                ${recent}
              )
            returning allowed, runs[cardinality(runs) - ${most[kind] - 1}] + ${window} as next`
          const [taken] = yield* decodeTaken(rows)
          return taken.allowed ? Option.none() : taken.next
        }, asStoreUnavailable("RateLimits.take")),

        prune: sql`delete from rate_limits where updated_at < clock_timestamp() - ${window}`.pipe(
          Effect.asVoid,
          asStoreUnavailable("RateLimits.prune"),
          Effect.withSpan("RateLimits.prune")
        )
      }
    })
  )

/** `next`: when the run that stands in the way no longer counts; none while there is room. */
const decodeTaken = Schema.decodeUnknown(
  Schema.Tuple(
    Schema.Struct({ allowed: Schema.Boolean, next: Schema.OptionFromNullOr(Schema.DateTimeUtcFromDate) })
  )
)
