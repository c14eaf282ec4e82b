import { SqlClient } from "@effect/sql"
import { Array as Arr, Effect, Layer } from "effect"
import type { Option } from "effect"
import type { InteractionId } from "../../domain/Ids.ts"
import type { KudosDraft } from "../../domain/Kudos.ts"
import { begunBy } from "../../ports/BegunBy.ts"
import { KudosIntents } from "../../ports/KudosIntents.ts"
import type { IntentOutcome } from "../../ports/KudosIntents.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { decodeHolders, decodeIntents, encodeDraft, encodeOutcome } from "./kudosIntentRows.ts"
import { columnsOf, valuesOf } from "./columnsAndValues.ts"
import { begun } from "./erasedSince.ts"
import { fencedParties } from "./fencedParties.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable, storeUnavailable } from "./storeErrors.ts"

/** An unfinished intent belongs to the process in `holder`, and passes on only when that process is gone. */
export const layer: Layer.Layer<KudosIntents, never, SqlClient.SqlClient | Leadership | Pseudonyms> =
  Layer.effect(
    KudosIntents,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const pseudonyms = yield* Pseudonyms
      const { isGone, processId } = yield* Leadership
      return {
        store: Effect.fn("KudosIntents.store")(
          function* (draft: KudosDraft, origin: Option.Option<string>) {
            const since = yield* begun(sql).pipe(begunBy({ _tag: "Interaction", id: draft.interactionId }))
            const parties = ["requester", "recipient"]
            const known = fencedParties(sql, pseudonyms, since, parties, yield* encodeDraft(draft, origin))
            const row = { ...known, holder: processId }
            const stored = yield* sql`
          insert into kudos_intents (${columnsOf(sql, row)}) values (${valuesOf(sql, row)}) returning *`
            const [intent] = yield* decodeIntents(stored)
            if (intent === undefined) return yield* Effect.dieMessage("An insert returned no row")
            if (intent.facts.requester.isErased === true) return yield* requesterErased
            return intent
          },
          sql.withTransaction,
          asStoreUnavailable("KudosIntents.store")
        ),

        finish: Effect.fn("KudosIntents.finish")(function* (id: InteractionId, outcome: IntentOutcome) {
          const { request_code, state } = yield* encodeOutcome(outcome)
          // What was created stays so, and the first code stays; a code that was missing may still come.
          yield* sql`update kudos_intents
          set state = ${state}, request_code = coalesce(request_code, ${request_code})
          where interaction_id = ${id} and (state <> 'created' or ${state} = 'created')`
        }, asStoreUnavailable("KudosIntents.finish")),

        find: Effect.fn("KudosIntents.find")(function* (id: InteractionId) {
          const rows = yield* sql`select * from kudos_intents where interaction_id = ${id}`
          return Arr.head(yield* decodeIntents(rows))
        }, asStoreUnavailable("KudosIntents.find")),

        adopt: Effect.gen(function* () {
          const others = yield* sql`select distinct holder from kudos_intents
          where state = 'sending' and holder <> ${processId}`
          const gone = yield* Effect.filter(yield* decodeHolders(others), isGone, { concurrency: 5 })
          // One transaction with the decoding, so that an intent that cannot be handed out is not taken either.
          const taken = yield* Effect.forEach(gone, holder =>
            Effect.flatMap(
              sql`update kudos_intents set holder = ${processId}
              where state = 'sending' and holder = ${holder} returning *`,
              decodeIntents
            )
          ).pipe(sql.withTransaction)
          return taken.flat()
        }).pipe(asStoreUnavailable("KudosIntents.adopt"), Effect.withSpan("KudosIntents.adopt"))
      }
    })
  )

/** Nothing is stored, and so nothing is sent, for somebody who is nobody by now. */
const requesterErased = storeUnavailable("KudosIntents.store", "The requester was erased meanwhile")
