import { Effect } from "effect"
import type { Scope } from "effect"
import Pg from "pg"

const listeners = new Set<(text: string) => void>()

// Before any connection is made: a pool wraps the method of each of its own.
Pg.Client.prototype.query = new Proxy(Pg.Client.prototype.query, {
  apply: (query, client, given: ReadonlyArray<unknown>) => {
    const [asked] = given
    const text =
      typeof asked === "object" && asked !== null && "text" in asked ? String(asked.text) : String(asked)
    for (const listener of listeners) listener(text)
    return Reflect.apply(query, client, given)
  }
})

/** The text of each statement that this process sends to PostgreSQL, until the scope closes. */
export const statementsSent: Effect.Effect<Array<string>, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const sent: Array<string> = []
      const listener = (text: string) => {
        sent.push(text)
      }
      listeners.add(listener)
      return { listener, sent }
    }),
    ({ listener }) => Effect.sync(() => listeners.delete(listener))
  ),
  ({ sent }) => sent
)
