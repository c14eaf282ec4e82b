/**
 * The fence that keeps an erased person from being stored again by work that began before: a writer asks in the statement
 * that writes, by pseudonym, and holds a shared lock until its transaction ends. An erasure takes that lock alone to put its
 * moment there, and looks for rows only afterwards: a writer was either before it, and its rows are found, or sees it.
 */
import type { SqlClient, Statement } from "@effect/sql"
import { DateTime, Effect, Option } from "effect"
import { WorkStart } from "../../context/WorkStart.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

/** As in the function `erased_since` of the database. */
export const fenceLockSeed = 2_026_008

/** When the work under way began: with the transaction where nothing earlier is known. */
export const begun = (sql: SqlClient.SqlClient): Effect.Effect<Statement.Fragment> =>
  Effect.map(
    WorkStart,
    Option.match({
      onNone: () => sql`now()`,
      onSome: beginning =>
        beginning._tag === "Moment"
          ? sql`least(now(), ${DateTime.toDate(beginning.at)}::timestamptz)`
          : sql`least(now(), (select received_at from interactions where interactions.id = ${beginning.id}))`
    })
  )

/** True for a person of whom one of the ids was erased since `since`; ids that are absent say nothing. */
export const erasedSince = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  since: Statement.Fragment,
  ids: ReadonlyArray<string | null>
): Statement.Fragment => {
  const known = ids.filter(id => id !== null)
  return known.length === 0
    ? sql`false`
    : sql`erased_since(${since}, ${sql.csv(known.map(id => sql`${pseudonyms.of(id)}`))})`
}
