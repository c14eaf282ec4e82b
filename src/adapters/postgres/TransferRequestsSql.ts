import { SqlClient } from "@effect/sql"
import { Effect, Layer, Option } from "effect"
import type { RequestKey } from "../../domain/Ids.ts"
import type { Audience } from "../../domain/Notification.ts"
import type { TransferRequest } from "../../domain/TransferRequest.ts"
import { TransferRequests } from "../../ports/TransferRequests.ts"
import type { LiveAnswer, Shown } from "../../ports/TransferRequests.ts"
import { erasedPrefix } from "./columns.ts"
import { asStoreUnavailable } from "./storeErrors.ts"
import { tokenAlive } from "./tokenAlive.ts"
import {
  decodeLiveAnswers,
  decodeRequests,
  decodeShown,
  encodeKey,
  encodeLiveAnswer,
  encodeRequest,
  encodeShown
} from "./transferRequestRows.ts"

/** `lock` outside a transaction is a defect: its lock would end with the statement. */
export const layer: Layer.Layer<TransferRequests, never, SqlClient.SqlClient> = Layer.effect(
  TransferRequests,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const select = Effect.fnUntraced(function* (key: RequestKey, forUpdate: boolean) {
      const { application_id, code } = yield* encodeKey(key)
      const rows = yield* sql`select * from transfer_requests
        where application_id = ${application_id} and code = ${code} ${forUpdate ? sql`for update` : sql``}`
      return Option.fromNullable((yield* decodeRequests(rows))[0])
    })

    return {
      find: Effect.fn("TransferRequests.find")(
        (key: RequestKey) => select(key, false),
        asStoreUnavailable("TransferRequests.find")
      ),

      lock: Effect.fn("TransferRequests.lock")(function* (key: RequestKey) {
        if (Option.isNone(yield* Effect.serviceOption(SqlClient.TransactionConnection)))
          return yield* Effect.dieMessage("TransferRequests.lock needs a transaction around it")
        const { application_id, code } = yield* encodeKey(key)
        // A row that is not stored yet cannot be locked; its name can. The array keeps ("a", "bc") and ("ab", "c") apart.
        yield* sql`select pg_advisory_xact_lock(
          hashtextextended(array[${application_id}, ${code}]::text[]::text, ${lockSeed})
        )`
        // In a statement of its own, so that it sees what the lock's former holder committed.
        return yield* select(key, true)
      }, asStoreUnavailable("TransferRequests.lock")),

      save: Effect.fn("TransferRequests.save")(function* (request: TransferRequest) {
        const row = yield* encodeRequest(request)
        const changes = Object.keys(row).flatMap(column =>
          column === "application_id" || column === "code" ? [] : [replacement(sql, column)]
        )
        yield* sql`insert into transfer_requests ${sql.insert(row)}
          on conflict (application_id, code) do update set ${sql.csv([...changes, sql`updated_at = now()`])}`
      }, asStoreUnavailable("TransferRequests.save")),

      shown: Effect.fn("TransferRequests.shown")(function* (key: RequestKey, audience: Audience) {
        const { application_id, code } = yield* encodeKey(key)
        const rows = yield* sql`select channel_id, message_id, place, status, discord_application_id,
            -- A clock that was set back makes a message no younger.
            abs(extract(epoch from now() - begun_at))::float8 as age
          from shown_messages where application_id = ${application_id} and code = ${code} and audience = ${audience}`
        return Option.fromNullable((yield* decodeShown(rows))[0])
      }, asStoreUnavailable("TransferRequests.shown")),

      begin: Effect.fn("TransferRequests.begin")(function* (
        key: RequestKey,
        audience: Audience,
        shown: Shown
      ) {
        const row = yield* encodeShown(shown)
        yield* sql`insert into shown_messages ${sql.insert({ ...(yield* encodeKey(key)), audience, ...row })}
          on conflict (application_id, code, audience) do update set ${sql.update(row)}, begun_at = now()`
      }, asStoreUnavailable("TransferRequests.begin")),

      show: Effect.fn("TransferRequests.show")(function* (key: RequestKey, audience: Audience, shown: Shown) {
        const row = yield* encodeShown(shown)
        yield* sql`insert into shown_messages ${sql.insert({ ...(yield* encodeKey(key)), audience, ...row })}
          on conflict (application_id, code, audience) do update set ${sql.update(row)}`
      }, asStoreUnavailable("TransferRequests.show")),

      liveAnswers: Effect.fn("TransferRequests.liveAnswers")(function* (key: RequestKey) {
        const { application_id, code } = yield* encodeKey(key)
        const rows = yield* sql`select interaction_id, view
          from live_answers join interactions on interactions.id = live_answers.interaction_id
          where application_id = ${application_id} and code = ${code} and ${tokenAlive(sql)}
          order by interactions.received_at`
        return yield* decodeLiveAnswers(rows)
      }, asStoreUnavailable("TransferRequests.liveAnswers")),

      addAnswer: Effect.fn("TransferRequests.addAnswer")(function* (key: RequestKey, answer: LiveAnswer) {
        const row = { ...(yield* encodeKey(key)), ...(yield* encodeLiveAnswer(answer)) }
        yield* sql`insert into live_answers ${sql.insert(row)}
          on conflict (interaction_id) do update set ${sql.update(row, ["interaction_id"])}`
      }, asStoreUnavailable("TransferRequests.addAnswer"))
    }
  })
)

/** Keeps these locks apart from others whose names hash alike; the number says nothing. */
const lockSeed = 2_026_001

/** An erased person's id stays erased, whatever Mochi repeats of them later. */
const replacement = (sql: SqlClient.SqlClient, column: string) =>
  /_(profile|discord)_id$/.test(column)
    ? sql`${sql(column)} = case when starts_with(transfer_requests.${sql(column)}, ${erasedPrefix})
        then transfer_requests.${sql(column)} else excluded.${sql(column)} end`
    : sql`${sql(column)} = excluded.${sql(column)}`
