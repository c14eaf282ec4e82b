import { SqlClient } from "@effect/sql"
import { Effect, Layer } from "effect"
import type { RequestKey } from "../../domain/Ids.ts"
import { DecisionLeases } from "../../ports/DecisionLeases.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** Seconds: longer than the 20 that a decision has in all. */
const lapsesAfter = 25

export const layer: Layer.Layer<DecisionLeases, never, SqlClient.SqlClient> = Layer.effect(
  DecisionLeases,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    return {
      acquire: Effect.fn("DecisionLeases.acquire")(function* ({ applicationId, code }: RequestKey) {
        const rows =
          yield* sql`insert into decision_leases (application_id, code) values (${applicationId}, ${code})
          on conflict (application_id, code) do update set acquired_at = now()
            where decision_leases.acquired_at < now() - ${lapsesAfter} * interval '1 second'
          returning code`
        return rows.length > 0
      }, asStoreUnavailable("DecisionLeases.acquire")),

      release: Effect.fn("DecisionLeases.release")(function* ({ applicationId, code }: RequestKey) {
        yield* sql`delete from decision_leases where application_id = ${applicationId} and code = ${code}`
      }, asStoreUnavailable("DecisionLeases.release"))
    }
  })
)
