import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Layer, Schema } from "effect"
import { StoreHealth } from "../../ports/StoreHealth.ts"
import { DatabaseUrl } from "./Database.ts"
import * as DatabaseSession from "./DatabaseSession.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** Bytes: each row needs a page of its own, for which the disk must have space. */
const filler = 8_000
/** Bytes after which the probe empties its table. */
const largestProbe = 64 * 8_192

export const layer: Layer.Layer<StoreHealth, never, SqlClient.SqlClient | DatabaseUrl> = Layer.effect(
  StoreHealth,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const url = yield* DatabaseUrl
    return {
      takesWrites: Effect.gen(function* () {
        const [{ size }] = yield* decodeSize(
          yield* sql`insert into write_probe select repeat('x', ${filler})
            returning pg_relation_size('write_probe')::integer as size`
        )
        if (size > largestProbe) yield* sql`truncate write_probe`
      }).pipe(asStoreUnavailable("StoreHealth.takesWrites")),

      isReachable: DatabaseSession.open(url, "mochi-discord-probe").pipe(
        Effect.flatMap(({ query }) => query("select 1")),
        Effect.scoped,
        Effect.isSuccess
      )
    }
  })
)

const decodeSize = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ size: Schema.NonNegativeInt })))
