import * as SqlError from "@effect/sql/SqlError"
import { Effect, Redacted } from "effect"
import type { Scope } from "effect"
import { createHash } from "node:crypto"
import type { Socket } from "node:net"
import Pg from "pg"

export interface PoolOptions {
  readonly url: Redacted.Redacted
  readonly applicationName: string
  readonly mostConnections: number
  /** Milliseconds. */
  readonly connectsWithin: number
  readonly socket: () => Socket
}

/** A connection keeps a plan for each: statements whose text varies without end must not fill its memory. */
const mostPrepared = 500

/**
 * A pool whose connections prepare each statement once, under a name of its own: PostgreSQL then neither parses nor plans it
 * again. A commit that PostgreSQL answers with a silent rollback fails.
 */
export const open = (options: PoolOptions): Effect.Effect<Pg.Pool, SqlError.SqlError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const pool = new Pg.Pool({
        connectionString: Redacted.value(options.url),
        application_name: options.applicationName,
        max: options.mostConnections,
        connectionTimeoutMillis: options.connectsWithin,
        stream: options.socket
      })
      const nameOf = makeNames()
      pool.on("error", () => {})
      pool.on("connect", client => {
        client.query = new Proxy(client.query, {
          apply: (query, self, given: Arguments) => Reflect.apply(query, self, prepared(nameOf, given))
        })
      })
      return pool
    }),
    pool =>
      Effect.promise(() => pool.end()).pipe(
        Effect.interruptible,
        Effect.timeoutOption("1 second"),
        Effect.asVoid
      )
  ).pipe(
    Effect.tap(pool =>
      Effect.tryPromise({
        try: () => pool.query("select 1"),
        catch: cause => new SqlError.SqlError({ cause, message: "Failed to connect" })
      }).pipe(
        Effect.timeoutFail({
          duration: options.connectsWithin,
          onTimeout: () =>
            new SqlError.SqlError({ cause: new Error("No answer"), message: "Connection timed out" })
        })
      )
    )
  )

/** Names by text; none for a text that must not be prepared. */
const makeNames = (): ((text: string) => string | undefined) => {
  const names = new Map<string, string>()
  return text => {
    const known = names.get(text)
    if (known !== undefined) return known
    if (names.size >= mostPrepared || takesAllColumns.test(text)) return undefined
    const name = `m${createHash("sha256").update(text).digest("base64url").slice(0, 16)}`
    names.set(text, name)
    return name
  }
}

/** A prepared statement fails once a newer release has added a column to what it returns. */
const takesAllColumns = /\b(?:select|returning)\s+(?:\w+\.)?\*/i

type Done = (error: Error | null, result: Pg.QueryResult) => void

/** What Effect's client passes to the driver; it passes other things too, which stay as they are. */
type Arguments = readonly [text?: unknown, values?: unknown, done?: Done, ...others: ReadonlyArray<unknown>]

const prepared = (nameOf: (text: string) => string | undefined, given: Arguments): ReadonlyArray<unknown> => {
  const [text, values, done] = given
  if (typeof text !== "string" || !Array.isArray(values) || done === undefined) return given
  if (values.length === 0) return text === "COMMIT" ? [text, values, failingIfRolledBack(done)] : given
  const name = nameOf(text)
  return name === undefined ? given : [{ name, text, values }, done]
}

/** PostgreSQL answers the commit of a transaction in which a statement failed with ROLLBACK, and without an error. */
const failingIfRolledBack =
  (done: Done): Done =>
  (error, result) =>
    done(
      error === null && result.command === "ROLLBACK"
        ? new Error("A statement of the transaction had failed")
        : error,
      result
    )
