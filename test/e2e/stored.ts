import { SqlClient } from "@effect/sql"
import { Effect, Redacted } from "effect"
import * as Database from "../../src/adapters/postgres/Database.ts"
import type { World } from "./world.ts"

/** Runs on the service's own database. */
export const inDatabase = <A>(
  { environment }: World,
  use: (sql: SqlClient.SqlClient) => Effect.Effect<A, unknown>
): Effect.Effect<A, unknown> =>
  Effect.gen(function* () {
    const context = yield* Database.connect(Redacted.make(environment["DATABASE_URL"] ?? ""))
    return yield* Effect.provide(Effect.flatMap(SqlClient.SqlClient, use), context)
  }).pipe(Effect.scoped)

export interface StoredNotification {
  readonly audience: string
  readonly about: string
  readonly state: string
  readonly reason: string | null
}

/** The notifications of a request once none of them is under way, at least so many. */
export const notificationsOf = (
  world: World,
  code: string,
  atLeast = 1
): Effect.Effect<ReadonlyArray<StoredNotification>, unknown> =>
  inDatabase(world, sql =>
    sql<StoredNotification>`select audience, about, state, reason from notifications where code = ${code}
      order by created_at, audience`.pipe(
      Effect.delay("50 millis"),
      Effect.repeat({
        until: rows => rows.length >= atLeast && rows.every(({ state }) => state !== "pending")
      }),
      Effect.timeout("15 seconds")
    )
  )
