import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Duration, Effect, Option, Schema } from "effect"
import { ApplicationId, RequestCode } from "../../domain/Ids.ts"
import { Audience, NotificationId, NotificationKind, NotificationState } from "../../domain/Notification.ts"
import type { Notification } from "../../domain/Notification.ts"
import { RequestStatus } from "../../domain/RequestStatus.ts"
import { storable } from "./columns.ts"

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

export const notificationColumns: ReadonlyArray<string> = Object.keys(Row.fields)

const decodeRows = Schema.decodeUnknown(Schema.Array(Row))

export const decode = (rows: unknown) => Effect.map(decodeRows(rows), decoded => decoded.map(toNotification))

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

/** Stores how a notification stands. Returns its `age` in seconds. */
export const settling = (
  sql: SqlClient.SqlClient,
  id: NotificationId,
  state: NotificationState,
  reason: Option.Option<string>
): Statement.Statement<object> =>
  sql`update notifications set state = ${state}, reason = ${Option.getOrNull(Option.map(reason, storable))},
    updated_at = now() where id = ${id} returning extract(epoch from clock_timestamp() - created_at)::float8 as age`

const decodeAges = Schema.decodeUnknown(Schema.Array(Schema.Struct({ age: Schema.NullOr(Schema.Number) })))

/** Zero if the notification is gone. */
export const decodeAge = (rows: unknown) =>
  Effect.map(decodeAges(rows), ([settled]) => Duration.seconds(settled?.age ?? 0))
