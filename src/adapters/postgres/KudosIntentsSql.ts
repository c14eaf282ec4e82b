import { SqlClient } from "@effect/sql"
import { Array as Arr, Effect, Layer } from "effect"
import type { Option } from "effect"
import type { InteractionId } from "../../domain/Ids.ts"
import type { KudosDraft } from "../../domain/Kudos.ts"
import { KudosIntents } from "../../ports/KudosIntents.ts"
import type { IntentOutcome } from "../../ports/KudosIntents.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { decodeHolders, decodeIntents, encodeDraft, encodeOutcome } from "./kudosIntentRows.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** An unfinished intent belongs to the process in `holder`, and passes on only when that process is gone. */
export const layer: Layer.Layer<KudosIntents, never, SqlClient.SqlClient | Leadership> = Layer.effect(
  KudosIntents,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { isGone, processId } = yield* Leadership
    return {
      store: Effect.fn("KudosIntents.store")(function* (draft: KudosDraft, origin: Option.Option<string>) {
        const row = yield* encodeDraft(draft, origin)
        const stored = yield* sql`insert into kudos_intents ${sql.insert({ ...row, holder: processId })}
          returning *`
        const [intent] = yield* decodeIntents(stored)
        return intent ?? (yield* Effect.dieMessage("An insert returned no row"))
      }, asStoreUnavailable("KudosIntents.store")),

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

      lock: Effect.fn("KudosIntents.lock")(function* (id: InteractionId) {
        const rows = yield* sql`select * from kudos_intents where interaction_id = ${id} for update`
        return Arr.head(yield* decodeIntents(rows))
      }, asStoreUnavailable("KudosIntents.lock")),

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
