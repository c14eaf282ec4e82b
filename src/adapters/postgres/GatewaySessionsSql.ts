import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer, Option, Schema } from "effect"
import { GatewaySession, GatewaySessions } from "../../ports/GatewaySessions.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

export const layer: Layer.Layer<GatewaySessions, never, PgClient.PgClient> = Layer.effect(
  GatewaySessions,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    return {
      load: Effect.fnUntraced(function* (bot: string, shardId: number) {
        const rows =
          yield* sql`select session from gateway_sessions where shard_id = ${shardId} and bot = ${bot}`
        const [row] = yield* decodeRows(rows)
        return Option.map(Option.fromNullable(row), ({ session }) => session)
      }, asStoreUnavailable("GatewaySessions.load")),
      save: Effect.fnUntraced(function* (bot: string, shardId: number, session: GatewaySession | null) {
        if (session === null) {
          yield* sql`delete from gateway_sessions where shard_id = ${shardId}`
          return
        }
        const json = sql.json(yield* encode(session))
        yield* sql`insert into gateway_sessions (shard_id, session, bot) values (${shardId}, ${json}, ${bot})
            on conflict (shard_id) do update set session = excluded.session, bot = excluded.bot, updated_at = now()`
      }, asStoreUnavailable("GatewaySessions.save"))
    }
  })
)

const decodeRows = Schema.decodeUnknown(Schema.Array(Schema.Struct({ session: GatewaySession })))

const encode = Schema.encode(GatewaySession)
