import { SqlClient } from "@effect/sql"
import { Duration, Effect, Layer, Option, Schema } from "effect"
import { ApplicationId, RequestCode } from "../../domain/Ids.ts"
import type { RequestKey } from "../../domain/Ids.ts"
import { Audience, NotificationId, NotificationKind, NotificationState } from "../../domain/Notification.ts"
import type { DueNotification, Notification } from "../../domain/Notification.ts"
import { RequestStatus } from "../../domain/RequestStatus.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { storable } from "./columns.ts"
import { inBatches } from "./inBatches.ts"
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

      attempt: Effect.fnUntraced(function* (id: NotificationId) {
        const [tried] = yield* decode(
          yield* sql`update notifications set attempts = attempts + 1, updated_at = now()
            where id = ${id} and state = 'pending' returning *`
        )
        return Option.fromNullable(tried)
      }, asStoreUnavailable("NotificationLog.attempt")),

      settle: Effect.fnUntraced(function* (
        id: NotificationId,
        state: NotificationState,
        reason: Option.Option<string>
      ) {
        const text = Option.getOrNull(Option.map(reason, storable))
        const [settled] = yield* decodeAges(
          yield* sql`update notifications set state = ${state}, reason = ${text}, updated_at = now()
            where id = ${id} returning extract(epoch from clock_timestamp() - created_at)::float8 as age`
        )
        return Duration.seconds(settled?.age ?? 0)
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

const Row = Schema.Struct({
  id: NotificationId,
  application_id: ApplicationId,
  code: RequestCode,
  audience: Audience,
  kind: NotificationKind,
  about: RequestStatus,
  state: NotificationState,
  reason: Schema.OptionFromNullOr(Schema.String),
  attempts: Schema.NonNegativeInt,
  created_at: Schema.DateTimeUtcFromDate,
  updated_at: Schema.DateTimeUtcFromDate
})

const decodeRows = Schema.decodeUnknown(Schema.Array(Row))

const decode = (rows: unknown) => Effect.map(decodeRows(rows), decoded => decoded.map(toNotification))

const toNotification = (row: typeof Row.Type): Notification => ({
  id: row.id,
  request: { applicationId: row.application_id, code: row.code },
  audience: row.audience,
  kind: row.kind,
  about: row.about,
  state: row.state,
  reason: row.reason,
  attempts: row.attempts,
  createdAt: row.created_at,
  updatedAt: row.updated_at
})

const decodeAges = Schema.decodeUnknown(Schema.Array(Schema.Struct({ age: Schema.Number })))

const decodeCount = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ count: Schema.NonNegativeInt })))
