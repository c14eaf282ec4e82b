import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlError from "@effect/sql/SqlError"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Duration, Effect, Schedule } from "effect"
import type { Redacted, Scope } from "effect"
import { withSessionSettings } from "./connections.ts"
import { asksEvery, serverDropsClientAfter, sessionAnswersWithin } from "./detection.ts"

/** A connection outside the pool, for locks that live as long as a connection does. */
export interface DatabaseSession {
  readonly query: (
    text: string,
    values?: ReadonlyArray<unknown>
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, SqlError.SqlError>
  /** Ends within `sessionLossNoticedWithin` of the loss of the connection, and of every lock of the session. */
  readonly lost: Effect.Effect<void>
}

/** Closing the scope ends the connection. */
export const open = (
  url: Redacted.Redacted,
  applicationName: string
): Effect.Effect<DatabaseSession, SqlError.SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* PgClient.make({
      // The server cannot tell a client whose queries get lost on the way from an idle one: this client is never idle.
      url: withSessionSettings(url, { idle_session_timeout: String(serverDropsClientAfter) }),
      applicationName,
      // The second connection exists only while the client cancels a query of the first.
      maxConnections: 2,
      connectTimeout: Duration.millis(sessionAnswersWithin)
    })
    const connection = yield* client.reserve
    const query: DatabaseSession["query"] = (text, values = []) =>
      connection.executeValues(text, values).pipe(
        // Cancelling on a dead connection takes seconds; nobody needs to wait for it.
        Effect.disconnect,
        Effect.timeoutFail({
          duration: Duration.millis(sessionAnswersWithin),
          onTimeout: () => new SqlError.SqlError({ cause: new Error("No answer"), message: "Timed out" })
        })
      )
    const lost = query("select 1").pipe(
      Effect.repeat(Schedule.spaced(Duration.millis(asksEvery))),
      Effect.catchAll(() => Effect.void),
      Effect.asVoid
    )
    return { query, lost }
  }).pipe(Effect.provideServiceEffect(Reactivity.Reactivity, Reactivity.make))
