import * as SqlClient from "@effect/sql/SqlClient"
import { Duration, Effect, Layer, Option, Schema } from "effect"
import { Audience } from "../../domain/Notification.ts"
import type { NotificationId } from "../../domain/Notification.ts"
import { DeliveryRecords } from "../../ports/DeliveryRecords.ts"
import type { DeliveryEnd } from "../../ports/DeliveryRecords.ts"
import { recording } from "./AuditLogSql.ts"
import { columnsAs, rowUnder } from "./columnsAndValues.ts"
import { retryingConflicts } from "./conflicts.ts"
import {
  decode as decodeNotifications,
  decodeAge,
  notificationColumns,
  settling
} from "./notificationRows.ts"
import { decodeFrees, frees, JobRemoval, removing } from "./outbox/removing.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { selectedShown, showing } from "./shownMessages.ts"
import { asStoreUnavailable } from "./storeErrors.ts"
import { tokenAlive } from "./tokenAlive.ts"
import { decodeRequests, decodeShown, requestColumns } from "./transferRequestRows.ts"

/** A delivery's reads and writes, each as one statement put together from those of the stores that it concerns. */
export const layer: Layer.Layer<DeliveryRecords, never, SqlClient.SqlClient | Pseudonyms | JobRemoval> =
  Layer.effect(
    DeliveryRecords,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const pseudonyms = yield* Pseudonyms
      const removal = yield* JobRemoval

      return {
        begin: Effect.fnUntraced(function* (id: NotificationId) {
          const [row] = yield* trying(sql, id)
          return row === undefined ? Option.none() : yield* decodeTry(row)
        }, asStoreUnavailable("DeliveryRecords.begin")),

        end: Effect.fnUntraced(function* (end: DeliveryEnd) {
          const statement = yield* ending(sql, pseudonyms, end)
          const { age } = yield* removal.remove(
            end.taken,
            Effect.flatMap(retryingConflicts(statement), decodeEnd)
          )
          return age
        }, asStoreUnavailable("DeliveryRecords.end"))
      }
    })
  )

/**
 * The notification has to be pending for the statement's own view of the database too: otherwise the update could wait for
 * the transaction that made it pending, and the rest of the row would be from before that transaction.
 */
const trying = (sql: SqlClient.SqlClient, id: NotificationId) => sql`
  with tried as (
    update notifications set attempts = attempts + 1, updated_at = now()
    where state = 'pending' and id in (select id from notifications where id = ${id} and state = 'pending')
    returning ${sql.csv(notificationColumns.map(name => sql`${sql(name)}`))}
  )
  select ${columnsAs(sql, "tried", notificationColumns, "notification_")},
    ${columnsAs(sql, "transfer_requests", requestColumns, "request_")},
    ${selectedShown(sql, "shown_")},
    (
      select coalesce(jsonb_agg(
        jsonb_build_object('view', view, 'token', token, 'age', extract(epoch from clock_timestamp() - received_at))
        order by received_at
      ), '[]')
      from live_answers join interactions on interactions.id = live_answers.interaction_id
      where live_answers.application_id = tried.application_id and live_answers.code = tried.code
        and ${tokenAlive(sql)}
    ) as answers
  from tried
  left join transfer_requests on transfer_requests.application_id = tried.application_id
    and transfer_requests.code = tried.code
  left join shown_messages on shown_messages.application_id = tried.application_id
    and shown_messages.code = tried.code and shown_messages.audience = tried.audience`

const decodeTry = (row: object) =>
  Effect.gen(function* () {
    const [notification] = yield* decodeNotifications([rowUnder("notification_", row)])
    const { answers, request_code, shown_channel_id } = yield* decodePresence(row)
    const [request] = request_code === null ? [] : yield* decodeRequests([rowUnder("request_", row)])
    const [shown] = shown_channel_id === null ? [] : yield* decodeShown([rowUnder("shown_", row)])
    return Option.map(Option.fromNullable(notification), notification => ({
      notification,
      request: Option.fromNullable(request),
      shown: Option.fromNullable(shown),
      answers: answers.map(({ age, token, view }) => ({ view, token, age: Duration.seconds(age) }))
    }))
  })

const decodePresence = Schema.decodeUnknown(
  Schema.Struct({
    request_code: Schema.NullOr(Schema.String),
    shown_channel_id: Schema.NullOr(Schema.String),
    answers: Schema.Array(
      Schema.Struct({
        view: Schema.Literal("kudos", ...Audience.literals),
        token: Schema.Redacted(Schema.String),
        age: Schema.Number
      })
    )
  })
)

const ending = (sql: SqlClient.SqlClient, pseudonyms: Pseudonyms["Type"], end: DeliveryEnd) =>
  Effect.gen(function* () {
    const { audience, id, request } = end.notification
    const shown = yield* Effect.transposeMapOption(end.shown, shown =>
      showing(sql, request, audience, shown, false)
    )
    const parts = [
      sql`settled as (${settling(sql, id, end.state, end.reason)})`,
      sql`removed as (${removing(sql, end.taken)})`,
      sql`recorded as (${yield* recording(sql, pseudonyms, end.audit)})`,
      ...Option.toArray(Option.map(shown, statement => sql`shown as (${statement})`))
    ]
    return sql`with ${sql.csv(parts)} select (select age from settled) as age, ${frees(sql, end.taken)} as frees`
  })

const decodeEnd = (rows: unknown) =>
  Effect.gen(function* () {
    const [{ frees }] = yield* decodeFrees(rows)
    return { age: yield* decodeAge(rows), frees }
  })
