import * as SqlClient from "@effect/sql/SqlClient"
import { Array as Arr, Effect, Layer, Option, Schema } from "effect"
import type { RequestKey } from "../../domain/Ids.ts"
import { DecisionLeases, LeaseToken } from "../../ports/DecisionLeases.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** Seconds: longer than the 20 s that a decision may take. */
const lapsesAfter = 25

export const layer: Layer.Layer<DecisionLeases, never, SqlClient.SqlClient> = Layer.effect(
  DecisionLeases,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return {
      acquire: Effect.fnUntraced(function* ({ applicationId, code }: RequestKey) {
        const rows =
          yield* sql`insert into decision_leases (application_id, code) values (${applicationId}, ${code})
          on conflict (application_id, code) do update set acquired_at = now(), token = excluded.token
            where abs(extract(epoch from now() - decision_leases.acquired_at)) > ${lapsesAfter}
          returning token`
        return Arr.head(yield* decodeTokens(rows)).pipe(Option.map(({ token }) => token))
      }, asStoreUnavailable("DecisionLeases.acquire")),

      release: Effect.fnUntraced(function* (token: LeaseToken) {
        yield* sql`delete from decision_leases where token = ${token}`
      }, asStoreUnavailable("DecisionLeases.release"))
    }
  })
)

const decodeTokens = Schema.decodeUnknown(Schema.Array(Schema.Struct({ token: LeaseToken })))
