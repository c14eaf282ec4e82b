import { SqlClient } from "@effect/sql"
import { Effect, Layer, Option } from "effect"
import type { InteractionId, RequestKey } from "../../domain/Ids.ts"
import type { Audience } from "../../domain/Notification.ts"
import type { TransferRequest } from "../../domain/TransferRequest.ts"
import { TransferRequests } from "../../ports/TransferRequests.ts"
import type { LiveAnswer, Shown } from "../../ports/TransferRequests.ts"
import { columnsOf, valuesOf } from "./columnsAndValues.ts"
import { startOfWork } from "./erasedSince.ts"
import { fencedParties } from "./fencedParties.ts"
import { partiesOf } from "./personRows.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"
import { isErased, selectedShown, showing } from "./shownMessages.ts"
import { tokenAlive } from "./tokenAlive.ts"
import {
  decodeLiveAnswers,
  decodeRequests,
  decodeShown,
  encodeKey,
  encodeLiveAnswer,
  encodeRequest
} from "./transferRequestRows.ts"

/** `lock` outside a transaction is a defect: its lock would end with the statement. */
export const layer: Layer.Layer<TransferRequests, never, SqlClient.SqlClient | Pseudonyms> = Layer.effect(
  TransferRequests,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const pseudonyms = yield* Pseudonyms

    const select = Effect.fnUntraced(function* (key: RequestKey, forUpdate: boolean) {
      const { application_id, code } = yield* encodeKey(key)
      const rows = yield* sql`select * from transfer_requests
        where application_id = ${application_id} and code = ${code} ${forUpdate ? sql`for update` : sql``}`
      return Option.fromNullable((yield* decodeRequests(rows))[0])
    })

    const put = (key: RequestKey, audience: Audience, shown: Shown, isNew: boolean) =>
      Effect.flatMap(showing(sql, key, audience, shown, isNew), statement => statement)

    return {
      find: (key: RequestKey) => asStoreUnavailable("TransferRequests.find")(select(key, false)),

      lock: Effect.fnUntraced(function* (key: RequestKey) {
        if (Option.isNone(yield* Effect.serviceOption(SqlClient.TransactionConnection)))
          return yield* Effect.dieMessage("TransferRequests.lock needs a transaction around it")
        const { application_id, code } = yield* encodeKey(key)
        // A missing row cannot be locked; its name can. The array keeps ("a", "bc") and ("ab", "c") apart.
        yield* sql`select pg_advisory_xact_lock(
          hashtextextended(array[${application_id}, ${code}]::text[]::text, ${lockSeed})
        )`
        // A separate statement, so that it sees what the lock's former holder committed.
        return yield* select(key, true)
      }, asStoreUnavailable("TransferRequests.lock")),

      save: Effect.fnUntraced(function* (request: TransferRequest) {
        const row = yield* encodeRequest(request)
        const changes = Object.keys(row).flatMap(column =>
          column === "application_id" || column === "code" ? [] : [replacement(sql, column, row)]
        )
        const parties = partiesOf.transfer_requests
        const fenced = fencedParties(sql, pseudonyms, yield* startOfWork(sql), parties, row)
        yield* sql`insert into transfer_requests (${columnsOf(sql, fenced)}) values (${valuesOf(sql, fenced)})
          on conflict (application_id, code) do update set ${sql.csv([...changes, sql`updated_at = now()`])}`
      }, asStoreUnavailable("TransferRequests.save")),

      shown: Effect.fnUntraced(function* (key: RequestKey, audience: Audience) {
        const { application_id, code } = yield* encodeKey(key)
        const rows = yield* sql`select ${selectedShown(sql)} from shown_messages
          where application_id = ${application_id} and code = ${code} and audience = ${audience}`
        return Option.fromNullable((yield* decodeShown(rows))[0])
      }, asStoreUnavailable("TransferRequests.shown")),

      begin: (key: RequestKey, audience: Audience, shown: Shown) =>
        asStoreUnavailable("TransferRequests.begin")(put(key, audience, shown, true)),

      show: (key: RequestKey, audience: Audience, shown: Shown) =>
        asStoreUnavailable("TransferRequests.show")(put(key, audience, shown, false)),

      liveAnswers: Effect.fnUntraced(function* (key: RequestKey) {
        const { application_id, code } = yield* encodeKey(key)
        const rows = yield* sql`select interaction_id, view
          from live_answers join interactions on interactions.id = live_answers.interaction_id
          where application_id = ${application_id} and code = ${code} and ${tokenAlive(sql)}
          order by interactions.received_at`
        return yield* decodeLiveAnswers(rows)
      }, asStoreUnavailable("TransferRequests.liveAnswers")),

      answeredBy: Effect.fnUntraced(function* (id: InteractionId) {
        const rows = yield* sql`select transfer_requests.* from transfer_requests
          join live_answers using (application_id, code) where live_answers.interaction_id = ${id}`
        return Option.fromNullable((yield* decodeRequests(rows))[0])
      }, asStoreUnavailable("TransferRequests.answeredBy")),

      addAnswer: Effect.fnUntraced(function* (key: RequestKey, answer: LiveAnswer) {
        const row = { ...(yield* encodeKey(key)), ...(yield* encodeLiveAnswer(answer)) }
        yield* sql`insert into live_answers ${sql.insert(row)}
          on conflict (interaction_id) do update set ${sql.update(row, ["interaction_id"])}`
      }, asStoreUnavailable("TransferRequests.addAnswer"))
    }
  })
)

/** Keeps these locks apart from others whose names hash alike; the number is arbitrary. */
const lockSeed = 2_026_001

/**
 * An erased person stays erased, and so do their words, even if Mochi repeats them later. A stored id stays until an
 * erasure replaces it.
 */
const replacement = (sql: SqlClient.SqlClient, column: string, row: Readonly<Record<string, unknown>>) => {
  const [before, after] = [sql(`transfer_requests.${column}`), sql(`excluded.${column}`)]
  const party = /^(.+)_(?:profile|discord)_id$/.exec(column)?.[1]
  if (party !== undefined)
    return sql`${sql(column)} = case when ${isErased(sql, party)} or ${before} = ${row[column]}
      then ${before} else ${after} end`
  return column === "reason"
    ? sql`reason = case when ${isErased(sql, "requester")} then null else ${after} end`
    : sql`${sql(column)} = ${after}`
}
