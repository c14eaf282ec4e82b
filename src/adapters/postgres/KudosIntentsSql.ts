import * as SqlClient from "@effect/sql/SqlClient"
import { Array as Arr, Effect, Layer, Schema } from "effect"
import type { Option } from "effect"
import type { InteractionId } from "../../domain/Ids.ts"
import type { KudosDraft } from "../../domain/Kudos.ts"
import { startedBy } from "../../context/WorkStart.ts"
import { KudosIntents, NoLongerHeld } from "../../ports/KudosIntents.ts"
import type { IntentEnd } from "../../ports/KudosIntents.ts"
import { columnsOf, named, valuesOf } from "./columnsAndValues.ts"
import { startOfWork, erasedSince } from "./erasedSince.ts"
import { fencedParties } from "./fencedParties.ts"
import { decodeIntents, encodeDraft, encodeEnd, intentColumns } from "./kudosIntentRows.ts"
import { Lookout } from "./Lookout.ts"
import { hasLapsed, isRenewed, ProcessLease } from "./ProcessLease.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { heldByNobodyNow } from "./pulseStatement.ts"
import { asStoreUnavailable, storeUnavailable } from "./storeErrors.ts"

/** Longer than a command may take: a process that still works on it has lost the database or Mochi. */
const unfinishedAfter = "1 minute"

/** An unfinished intent belongs to the lease in `holder`; another process takes it over only when that lease has lapsed. */
export const layer: Layer.Layer<KudosIntents, never, SqlClient.SqlClient | ProcessLease | Pseudonyms> =
  Layer.effect(
    KudosIntents,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const lease = yield* ProcessLease
      const pseudonyms = yield* Pseudonyms
      const { watch } = yield* Lookout
      const someUnfinished = yield* watch(`exists (select from kudos_intents where state = 'sending'
        and (${heldByNobodyNow("kudos_intents.holder")} or (holder = lease.id and stored_at < now() - interval '${unfinishedAfter}')))`)

      const columns = named(sql, intentColumns)

      /** Why the store refused an intent: another process holds the interaction, or the requester was erased. */
      const refusal = Effect.fnUntraced(function* (id: InteractionId, holder: number) {
        const held = yield* decodeHeld(
          yield* sql`select awaits_answer from interactions
            where id = ${id} and holder = ${holder} and not taken_over and ${isRenewed(sql, holder)}`
        )
        return held.some(({ awaits_answer }) => !awaits_answer) ? requesterErased : new NoLongerHeld()
      })

      return {
        store: Effect.fnUntraced(function* (draft: KudosDraft, origin: Option.Option<string>) {
          const holder = yield* lease.id
          const since = yield* startOfWork(sql).pipe(
            startedBy({ _tag: "Interaction", id: draft.interactionId })
          )
          const encoded = yield* encodeDraft(draft, origin)
          const persons = [encoded.requester_profile_id, encoded.requester_discord_id]
          const row = {
            ...fencedParties(sql, pseudonyms, since, ["requester", "recipient"], encoded),
            holder
          }
          // The proof locks the interaction's row: a process that takes it over comes before this, or finds the intent.
          // Like an erasure, this takes the fence before any row.
          const stored = yield* sql`
            with held as (
              select interactions.id
              from interactions, (select ${erasedSince(sql, pseudonyms, since, persons)} as is_erased offset 0) as fence
              where interactions.id = ${draft.interactionId} and holder = ${holder} and awaits_answer and not taken_over
                and fence.is_erased is not null and ${isRenewed(sql, holder)}
              for update of interactions
            )
            insert into kudos_intents (${columnsOf(sql, row)}) select ${valuesOf(sql, row)} from held
            returning ${columns}`
          const [intent] = yield* decodeIntents(stored)
          if (intent === undefined) return yield* yield* refusal(draft.interactionId, holder)
          return { intent, mayLeave: lease.holds(holder) }
        }, asStoreUnavailable("KudosIntents.store")),

        finish: Effect.fnUntraced(function* (id: InteractionId, end: IntentEnd) {
          const { request_code, state } = yield* encodeEnd(end)
          // A created intent stays created and keeps its first code; a missing code may still come.
          yield* sql`update kudos_intents
            set state = ${state}, request_code = coalesce(request_code, ${request_code})
            where interaction_id = ${id} and (state <> 'created' or ${state} = 'created')`
        }, asStoreUnavailable("KudosIntents.finish")),

        withdraw: Effect.fnUntraced(function* (id: InteractionId) {
          const rows = yield* sql`update kudos_intents set state = 'not_created'
            where interaction_id = ${id} and state = 'sending' and holder = ${yield* lease.id} and not taken_over
            returning interaction_id`
          if (rows.length === 0) return yield* new NoLongerHeld()
        }, asStoreUnavailable("KudosIntents.withdraw")),

        find: Effect.fnUntraced(function* (id: InteractionId) {
          const rows = yield* sql`select ${columns} from kudos_intents where interaction_id = ${id}`
          return Arr.head(yield* decodeIntents(rows))
        }, asStoreUnavailable("KudosIntents.find")),

        lock: Effect.fnUntraced(function* (id: InteractionId) {
          const rows =
            yield* sql`select ${columns} from kudos_intents where interaction_id = ${id} for update`
          return Arr.head(yield* decodeIntents(rows))
        }, asStoreUnavailable("KudosIntents.lock")),

        adopt: Effect.gen(function* () {
          if (!(yield* someUnfinished)) return []
          const holder = yield* lease.id
          // In one transaction with the decoding: this process does not take an intent that it cannot decode.
          return yield* sql`update kudos_intents set holder = ${holder}, taken_over = true
            where state = 'sending' and case when holder = ${holder}
              then stored_at < now() - ${unfinishedAfter}::interval
              else ${hasLapsed(sql, "kudos_intents.holder", "stored_at")} end
            returning ${columns}`.pipe(Effect.flatMap(decodeIntents), sql.withTransaction)
        }).pipe(asStoreUnavailable("KudosIntents.adopt"))
      }
    })
  )

/** For a person erased meanwhile the bot stores nothing, and so sends nothing. */
const requesterErased = storeUnavailable("KudosIntents.store", "The requester was erased meanwhile")

const decodeHeld = Schema.decodeUnknown(Schema.Array(Schema.Struct({ awaits_answer: Schema.Boolean })))
