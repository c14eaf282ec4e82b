import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Layer, Predicate, Schema } from "effect"
import { StoreHealth } from "../../ports/StoreHealth.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
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
        return true
      }).pipe(
        asStoreUnavailable("StoreHealth.takesWrites"),
        Effect.catchIf(isRefusal, () => Effect.succeed(false))
      ),

      isReachable: DatabaseSession.open(url, "mochi-discord-probe").pipe(
        Effect.flatMap(({ query }) => query("select 1")),
        Effect.scoped,
        Effect.isSuccess
      )
    }
  })
)

/** The database understood, and could not do it. Errors of the classes 08 and 57 mean that it is not up. */
const isRefusal = ({ cause }: StoreUnavailable) =>
  Predicate.hasProperty(cause, "code") && isSqlState(cause.code) && !/^(?:08|57)/.test(cause.code)

const isSqlState = Schema.is(Schema.String.pipe(Schema.pattern(/^[0-9A-Z]{5}$/)))

const decodeSize = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ size: Schema.NonNegativeInt })))
