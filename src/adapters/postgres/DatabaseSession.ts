import * as SqlError from "@effect/sql/SqlError"
import { Deferred, Duration, Effect, Redacted, Schedule } from "effect"
import type { Scope } from "effect"
import Pg from "pg"
import { keptAlive, withSessionSettings } from "./connections.ts"
import { serverDropsClientAfter, sessionAnswersWithin } from "./detection.ts"

/** A connection outside the pool, for locks that live as long as a connection does. */
export interface DatabaseSession {
  /**
   * Fails after `sessionAnswersWithin` without an answer, and then ends the session. The connection keeps the plan of a
   * statement that has a name.
   */
  readonly query: (
    text: string,
    values?: ReadonlyArray<unknown>,
    name?: string
  ) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, SqlError.SqlError>
  /** Ends the connection at once, and with it every lock of the session. */
  readonly end: Effect.Effect<void>
  /** Ends with the connection. One that vanished without a word ends once a query gets no answer. */
  readonly ended: Effect.Effect<void>
  /** The same for a session that nobody queries: asks the server by itself. */
  readonly lost: Effect.Effect<void>
}

/** Closing the scope ends the connection. */
export const open = (
  url: Redacted.Redacted,
  applicationName: string,
  settings: Readonly<Record<string, string>> = {}
): Effect.Effect<DatabaseSession, SqlError.SqlError, Scope.Scope> =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<void>()
    const socket = keptAlive()
    const client = new Pg.Client({
      // The server cannot tell a client whose queries get lost on the way from an idle one: this client is never idle.
      connectionString: Redacted.value(
        withSessionSettings(url, { idle_session_timeout: String(serverDropsClientAfter), ...settings })
      ),
      application_name: applicationName,
      connectionTimeoutMillis: sessionAnswersWithin,
      stream: () => socket
    })
    const onEnd = () => Deferred.unsafeDone(ended, Effect.void)
    client.on("error", onEnd)
    client.on("end", onEnd)
    const drop = () => {
      socket.destroy()
      onEnd()
    }
    const end = Effect.sync(drop)
    const oneByOne = yield* Effect.makeSemaphore(1)
    yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: () => client.connect(),
        catch: cause => new SqlError.SqlError({ cause, message: "Failed to connect" })
      }),
      () =>
        Effect.promise(() => client.end()).pipe(
          Effect.interruptible,
          Effect.timeoutOption(endsWithin),
          Effect.zipRight(end)
        )
    ).pipe(Effect.onError(() => end))
    const query: DatabaseSession["query"] = (text, values = [], name) =>
      Effect.async<ReadonlyArray<ReadonlyArray<unknown>>, SqlError.SqlError>(resume => {
        const fail = (cause: unknown) =>
          resume(Effect.fail(new SqlError.SqlError({ cause, message: "Failed to execute statement" })))
        const silence = setTimeout(() => {
          fail(new Error("No answer"))
          drop()
        }, sessionAnswersWithin)
        const config = { text, values: [...values], rowMode: "array" as const }
        client.query<Array<unknown>>(name === undefined ? config : { ...config, name }, (error, result) => {
          clearTimeout(silence)
          if (error) fail(error)
          else resume(Effect.succeed(result.rows))
        })
        // The timer goes on: an answer that nobody waits for any longer still has to come.
      }).pipe(oneByOne.withPermits(1))
    const asking = query("select 1").pipe(
      Effect.repeat(Schedule.spaced(Duration.millis(silentAtMost))),
      Effect.ignore
    )
    return { query, end, ended: Deferred.await(ended), lost: Effect.raceFirst(Deferred.await(ended), asking) }
  })

/** Milliseconds for an orderly end. */
const endsWithin = 500

/** Milliseconds between two questions on a session that is otherwise idle, well before the server drops it. */
const silentAtMost = serverDropsClientAfter / 4
