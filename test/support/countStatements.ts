/**
 * Counts what this process sends to PostgreSQL, over whichever connection: begin, commit and notifications too. Import this
 * before anything connects.
 */
import { Effect } from "effect"
import Pg from "pg"
import { testDatabases } from "./postgres.ts"

const recorders = new Set<Array<string>>()

const textOf = (statement: unknown): string => {
  if (typeof statement === "string") return statement
  if (typeof statement !== "object" || statement === null) return "?"
  return "text" in statement && typeof statement.text === "string" ? statement.text : "?"
}

Pg.Client.prototype.query = new Proxy(Pg.Client.prototype.query, {
  apply: (query, client: Pg.Client, given: ReadonlyArray<unknown>) => {
    const text = textOf(given[0]).replace(/\s+/g, " ").trim()
    // The embedded server's own session is in another database.
    if (client.database?.startsWith(testDatabases)) for (const recorder of recorders) recorder.push(text)
    return Reflect.apply(query, client, given)
  }
})

/** The answer of `work`, and the statements that were sent while it ran, oldest first, each on one line. */
export const statementsDuring = <A, E, R>(
  work: Effect.Effect<A, E, R>
): Effect.Effect<readonly [A, ReadonlyArray<string>], E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const statements: Array<string> = []
      recorders.add(statements)
      return statements
    }),
    statements => Effect.map(work, answer => [answer, statements] as const),
    statements => Effect.sync(() => recorders.delete(statements))
  )
