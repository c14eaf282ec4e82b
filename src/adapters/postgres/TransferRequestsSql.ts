import * as SqlClient from "@effect/sql/SqlClient"
import { Array as Arr, Effect, Layer, Option, Schema } from "effect"
import type { InteractionId, ProfileId, RequestKey } from "../../domain/Ids.ts"
import { RequestStatus } from "../../domain/RequestStatus.ts"
import type { Audience } from "../../domain/Notification.ts"
import type { TransferRequest } from "../../domain/TransferRequest.ts"
import { TransferRequests } from "../../ports/TransferRequests.ts"
import { startedBy } from "../../context/WorkStart.ts"
import type { AuditEntry } from "../../ports/AuditLog.ts"
import type { StoredIntent } from "../../ports/KudosIntents.ts"
import type { LiveAnswer, Shown } from "../../ports/TransferRequests.ts"
import { recording } from "./AuditLogSql.ts"
import { columnsOf, named, valuesOf } from "./columnsAndValues.ts"
import { retryingConflicts } from "./conflicts.ts"
import { factsColumns } from "./factsColumns.ts"
import { erasedSince, startOfWork } from "./erasedSince.ts"
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
  encodeRequest,
  encodeShown,
  requestColumns
} from "./transferRequestRows.ts"

/** `lock` outside a transaction is a defect: its lock would end with the statement. */
export const layer: Layer.Layer<TransferRequests, never, SqlClient.SqlClient | Pseudonyms> = Layer.effect(
  TransferRequests,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const pseudonyms = yield* Pseudonyms

    const columns = named(sql, requestColumns)

    const put = (key: RequestKey, audience: Audience, shown: Shown, isNew: boolean) =>
      Effect.flatMap(showing(sql, key, audience, shown, isNew), statement => statement)

    return {
      find: Effect.fnUntraced(function* (key: RequestKey) {
        const { application_id, code } = yield* encodeKey(key)
        const rows = yield* sql`select ${columns} from transfer_requests
          where application_id = ${application_id} and code = ${code}`
        return Option.fromNullable((yield* decodeRequests(rows))[0])
      }, asStoreUnavailable("TransferRequests.find")),

      lock: Effect.fnUntraced(function* (key: RequestKey) {
        if (Option.isNone(yield* Effect.serviceOption(SqlClient.TransactionConnection)))
          return yield* Effect.dieMessage("TransferRequests.lock needs a transaction around it")
        const { application_id, code } = yield* encodeKey(key)
        const rows = yield* sql`select ${columns} from lock_request(${application_id}, ${code})`
        return Option.fromNullable((yield* decodeRequests(rows))[0])
      }, asStoreUnavailable("TransferRequests.lock")),

      save: Effect.fnUntraced(function* (
        request: TransferRequest,
        deed: Option.Option<AuditEntry> = Option.none()
      ) {
        const row = yield* encodeRequest(request)
        const changes = Object.keys(row).flatMap(column =>
          column === "application_id" || column === "code" ? [] : [replacement(sql, column, row)]
        )
        const parties = partiesOf.transfer_requests
        const fenced = fencedParties(sql, pseudonyms, yield* startOfWork(sql), parties, row)
        const recorded = yield* Effect.transposeMapOption(deed, entry => recording(sql, pseudonyms, entry))
        const first = Option.match(recorded, {
          onNone: () => sql``,
          onSome: it => sql`with recorded as (${it}) `
        })
        yield* sql`${first}insert into transfer_requests (${columnsOf(sql, fenced)}) values (${valuesOf(sql, fenced)})
          on conflict (application_id, code) do update set ${sql.csv([...changes, sql`updated_at = now()`])}`
      }, asStoreUnavailable("TransferRequests.save")),

      addCreated: Effect.fnUntraced(function* (
        key: RequestKey,
        { facts: { recipient, requester }, interactionId }: StoredIntent,
        deed: AuditEntry
      ) {
        const { application_id, code } = yield* encodeKey(key)
        const since = yield* startOfWork(sql).pipe(startedBy({ _tag: "Interaction", id: interactionId }))
        const people = [requester, recipient].flatMap(
          ({ profileId, userId }): ReadonlyArray<string> => [
            ...Option.toArray(profileId),
            ...Option.toArray(userId)
          ]
        )
        const isErased = erasedSince(sql, pseudonyms, since, people)
        const facts = named(sql, factsColumns)
        // Like `lock`, this takes the request's lock before any row, and like an erasure the fence.
        const added = yield* sql`
          with fence as materialized (
            select lock_request_name(${application_id}, ${code}), ${isErased} as is_erased
          ), intent as (
            select ${named(sql, [...factsColumns, "origin"], "kudos_intents")}
            from kudos_intents, fence
            where interaction_id = ${interactionId} and application_id = ${application_id} and state = 'sending'
              and request_code is null and not taken_over and not fence.is_erased
            for update of kudos_intents
          ), request as (
            insert into transfer_requests (application_id, code, status, interaction_id, origin, ${facts})
            select ${application_id}, ${code}, 'pending', ${interactionId}, origin, ${facts} from intent
            on conflict do nothing
            returning code
          ), finished as (
            update kudos_intents set state = 'created', request_code = ${code}
            where interaction_id = ${interactionId} and exists (select from request)
          ), followed as (
            insert into live_answers (interaction_id, application_id, code, view)
            select ${interactionId}, ${application_id}, code, 'kudos' from request
            on conflict (interaction_id) do update
              set application_id = excluded.application_id, code = excluded.code, view = excluded.view
          ), audited as (
            ${yield* recording(sql, pseudonyms, deed)} where exists (select from request)
          )
          select code from request`
        return added.length > 0
      }, asStoreUnavailable("TransferRequests.addCreated")),

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

      adopt: Effect.fnUntraced(function* (key: RequestKey, presser: ProfileId, shown: Shown) {
        const keyColumns = yield* encodeKey(key)
        const stored = { ...keyColumns, audience: "owner", ...(yield* encodeShown(shown)) }
        yield* sql`
          with request as (
            select ${isErased(sql, "owner")} or owner_profile_id <> ${presser} as is_anothers from transfer_requests
            where application_id = ${keyColumns.application_id} and code = ${keyColumns.code} for share
          )
          insert into shown_messages (${columnsOf(sql, stored)}) select ${valuesOf(sql, stored)}
          where not exists (select from request where is_anothers)
          on conflict do nothing`
      }, asStoreUnavailable("TransferRequests.adopt")),

      redrawn: Effect.fnUntraced(function* (key: RequestKey, audience: Audience, status: RequestStatus) {
        const { application_id, code } = yield* encodeKey(key)
        // The lock, which comes first, reads the newest status, and makes a change of it wait until this is stored.
        const rows = yield* retryingConflicts(sql`
          with request as (
            select status from transfer_requests where application_id = ${application_id} and code = ${code} for share
          ), redrawn as (
            update shown_messages set status = ${status}, is_outdated = false
            where application_id = ${application_id} and code = ${code} and audience = ${audience}
              and exists (select from request)
            returning code
          )
          select request.status from redrawn, request`)
        return Option.map(Arr.head(yield* decodeStatuses(rows)), row => row.status)
      }, asStoreUnavailable("TransferRequests.redrawn")),

      liveAnswers: Effect.fnUntraced(function* (key: RequestKey) {
        const { application_id, code } = yield* encodeKey(key)
        const rows = yield* sql`select interaction_id, view
          from live_answers join interactions on interactions.id = live_answers.interaction_id
          where application_id = ${application_id} and code = ${code} and ${tokenAlive(sql)}
          order by interactions.received_at`
        return yield* decodeLiveAnswers(rows)
      }, asStoreUnavailable("TransferRequests.liveAnswers")),

      answeredBy: Effect.fnUntraced(function* (id: InteractionId) {
        const rows =
          yield* sql`select ${named(sql, requestColumns, "transfer_requests")} from transfer_requests
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

const decodeStatuses = Schema.decodeUnknown(Schema.Array(Schema.Struct({ status: RequestStatus })))
