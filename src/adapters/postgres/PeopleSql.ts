import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Layer, Option, Schema } from "effect"
import { ChannelId } from "../../domain/Ids.ts"
import type { BotId, UserId } from "../../domain/Ids.ts"
import { People } from "../../ports/People.ts"
import { optionalText } from "./columns.ts"
import { startOfWork, erasedSince } from "./erasedSince.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** Stores nothing about a person who was erased after the current work began. */
export const layer: Layer.Layer<People, never, SqlClient.SqlClient | Pseudonyms> = Layer.effect(
  People,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const pseudonyms = yield* Pseudonyms
    const isNotErased = (id: UserId) =>
      Effect.map(startOfWork(sql), since => sql`not ${erasedSince(sql, pseudonyms, since, [id])}`)

    return {
      dmChannel: Effect.fnUntraced(function* (id: UserId, application: BotId) {
        const rows = yield* sql`select dm_channel_id from people
          where discord_user_id = ${id} and dm_application_id = ${application}`
        const [person] = yield* decodeDmChannels(rows)
        return Option.flatMap(Option.fromNullable(person), ({ dm_channel_id }) => dm_channel_id)
      }, asStoreUnavailable("People.dmChannel")),

      rememberDmChannel: Effect.fnUntraced(function* (id: UserId, channel: ChannelId, application: BotId) {
        yield* sql`insert into people (discord_user_id, dm_channel_id, dm_application_id)
          select ${id}, ${channel}, ${application} where ${yield* isNotErased(id)}
          on conflict (discord_user_id) do update set dm_channel_id = excluded.dm_channel_id,
            dm_application_id = excluded.dm_application_id, updated_at = now()`
      }, asStoreUnavailable("People.rememberDmChannel")),

      forgetDmChannel: Effect.fnUntraced(function* (id: UserId, channel: ChannelId) {
        yield* sql`update people set dm_channel_id = null, dm_application_id = null, updated_at = now()
          where discord_user_id = ${id} and dm_channel_id = ${channel}`
      }, asStoreUnavailable("People.forgetDmChannel")),

      wantsNotifications: Effect.fnUntraced(function* (id: UserId) {
        const rows = yield* sql`select notifications from people where discord_user_id = ${id}`
        const [person] = yield* decodeChoices(rows)
        return person?.notifications ?? true
      }, asStoreUnavailable("People.wantsNotifications")),

      chooseNotifications: Effect.fnUntraced(function* (id: UserId, wanted: boolean) {
        yield* sql`insert into people (discord_user_id, notifications)
          select ${id}, ${wanted} where ${yield* isNotErased(id)}
          on conflict (discord_user_id) do update
            set notifications = excluded.notifications, updated_at = now()`
      }, asStoreUnavailable("People.chooseNotifications"))
    }
  })
)

const decodeDmChannels = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ dm_channel_id: optionalText(ChannelId) }))
)

const decodeChoices = Schema.decodeUnknown(Schema.Array(Schema.Struct({ notifications: Schema.Boolean })))
