import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Layer, Option, Schema } from "effect"
import type { RequestKey } from "../../domain/Ids.ts"
import type {
  Audience,
  DueNotification,
  NotificationId,
  NotificationState
} from "../../domain/Notification.ts"
import type { RequestStatus } from "../../domain/RequestStatus.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { storable } from "./columns.ts"
import { inBatches } from "./inBatches.ts"
import { decode, decodeAge, settling } from "./notificationRows.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** For delivered notifications; the store keeps all others. */
const keptFor = "90 days"

export const layer: Layer.Layer<NotificationLog, never, SqlClient.SqlClient> = Layer.effect(
  NotificationLog,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return {
      add: Effect.fnUntraced(function* (
        request: RequestKey,
        about: RequestStatus,
        notificationsFor: ReadonlyArray<DueNotification>
      ) {
        if (notificationsFor.length === 0) return []
        const rows = notificationsFor.map(({ audience, kind }) => ({
          application_id: storable(request.applicationId),
          code: storable(request.code),
          audience,
          kind,
          about
        }))
        return yield* decode(
          yield* sql`insert into notifications ${sql.insert(rows)} on conflict do nothing returning *`
        )
      }, asStoreUnavailable("NotificationLog.add")),

      reopen: Effect.fnUntraced(function* (request: RequestKey, about: RequestStatus, audience: Audience) {
        const [reopened] = yield* decode(
          yield* sql`update notifications set state = 'pending', updated_at = now()
            where application_id = ${storable(request.applicationId)} and code = ${storable(request.code)}
              and audience = ${audience} and about = ${about} and state = 'delivered'
            returning *`
        )
        return Option.fromNullable(reopened)
      }, asStoreUnavailable("NotificationLog.reopen")),

      find: Effect.fnUntraced(function* (id: NotificationId) {
        const [found] = yield* decode(yield* sql`select * from notifications where id = ${id}`)
        return Option.fromNullable(found)
      }, asStoreUnavailable("NotificationLog.find")),

      list: Effect.fnUntraced(function* (state: Option.Option<NotificationState>, most: number) {
        const where = Option.match(state, { onNone: () => sql`true`, onSome: is => sql`state = ${is}` })
        return yield* decode(
          yield* sql`select * from notifications where ${where}
            order by created_at desc, id limit ${most}`
        )
      }, asStoreUnavailable("NotificationLog.list")),

      count: Effect.fnUntraced(function* (state: NotificationState) {
        const [{ count }] = yield* decodeCount(
          yield* sql`select count(*)::int as count from notifications where state = ${sql.literal(`'${state}'`)}`
        )
        return count
      }, asStoreUnavailable("NotificationLog.count")),

      settle: Effect.fnUntraced(function* (
        id: NotificationId,
        state: NotificationState,
        reason: Option.Option<string>
      ) {
        return yield* decodeAge(yield* settling(sql, id, state, reason))
      }, asStoreUnavailable("NotificationLog.settle")),

      revive: Effect.fnUntraced(function* (id: Option.Option<NotificationId>) {
        const which = Option.match(id, { onNone: () => sql`true`, onSome: is => sql`id = ${is}` })
        return yield* decode(
          yield* sql`update notifications set state = 'pending', updated_at = now()
            where state = 'dead' and ${which} returning *`
        )
      }, asStoreUnavailable("NotificationLog.revive")),

      prune: inBatches(
        most => sql`delete from notifications where ctid = any(array(
          select ctid from notifications
          where state = 'delivered' and created_at < now() - ${keptFor}::interval
            and updated_at < now() - ${keptFor}::interval
          order by created_at limit ${most} for update skip locked
        )) returning 1`
      ).pipe(asStoreUnavailable("NotificationLog.prune"))
    }
  })
)

const decodeCount = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ count: Schema.NonNegativeInt })))
