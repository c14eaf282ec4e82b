import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Layer, Option, Schema } from "effect"
import { UsageLog } from "../../ports/UsageLog.ts"
import type { Use } from "../../ports/UsageLog.ts"
import { startOfWork, erasedSince } from "./erasedSince.ts"
import { inBatches } from "./inBatches.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

const keptForDays = 400

const todayOf = (sql: SqlClient.SqlClient) => sql`(now() at time zone 'UTC')::date`

/** Counts the use, unless its person was erased during it. */
export const countingUse = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  { command, communityId, user }: Use
) {
  const guild = Option.getOrElse(communityId, () => "")
  return sql`insert into usage_activity as stored (day, person, guild_id, command)
    select ${todayOf(sql)}, ${pseudonyms.of(user)}, ${guild}, ${command}
    where not ${erasedSince(sql, pseudonyms, yield* startOfWork(sql), [user])}
    on conflict (day, person, guild_id, command) do update set runs = stored.runs + 1, last_at = now()`
})

export const layer: Layer.Layer<UsageLog, never, SqlClient.SqlClient> = Layer.effect(
  UsageLog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const today = todayOf(sql)

    return {
      report: Effect.fnUntraced(function* (days: number) {
        const since = sql`${today} - ${days - 1}::int`
        const [[totals], commands, byDay, volume] = yield* Effect.all([
          Effect.flatMap(
            sql`select count(distinct person)::int as "activeUsers",
                count(distinct nullif(guild_id, ''))::int as servers
              from usage_activity where day >= ${since}`,
            Schema.decodeUnknown(Schema.Tuple(Totals))
          ),
          Effect.flatMap(
            sql`select command, sum(runs)::float8 as runs from usage_activity
              where day >= ${since} group by command order by 2 desc, 1`,
            Schema.decodeUnknown(Schema.Array(Command))
          ),
          Effect.flatMap(
            sql`select day::text as day, count(distinct person)::int as "activeUsers", sum(runs)::float8 as runs
              from usage_activity where day >= ${since} group by 1 order by 1`,
            Schema.decodeUnknown(Schema.Array(Day))
          ),
          Effect.flatMap(
            sql`select symbol as token, count(*)::int as requests, trim_scale(sum(amount::numeric))::text as amount
              from kudos_intents
              where state = 'created' and stored_at >= (${since})::timestamp at time zone 'UTC'
              group by symbol order by 2 desc, 1`,
            Schema.decodeUnknown(Schema.Array(Volume))
          )
        ])
        return { ...totals, commands, volume, days: byDay }
      }, asStoreUnavailable("UsageLog.report")),

      activeDaily: sql`select count(distinct person)::int as active from usage_activity
          where last_at > now() - interval '24 hours'`.pipe(
        Effect.flatMap(Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ active: Schema.Int })))),
        Effect.map(([{ active }]) => active),
        asStoreUnavailable("UsageLog.activeDaily")
      ),

      prune: inBatches(
        most => sql`delete from usage_activity where ctid = any(array(
          select ctid from usage_activity where day < ${today} - ${keptForDays}::int
          order by day limit ${most} for update skip locked
        )) returning 1`
      ).pipe(asStoreUnavailable("UsageLog.prune"))
    }
  })
)

const Totals = Schema.Struct({ activeUsers: Schema.Int, servers: Schema.Int })
const Command = Schema.Struct({ command: Schema.String, runs: Schema.Int })
const Day = Schema.Struct({ day: Schema.String, activeUsers: Schema.Int, runs: Schema.Int })
const Volume = Schema.Struct({ token: Schema.String, requests: Schema.Int, amount: Schema.String })
