/**
 * The fence that keeps work from storing a person again who was erased after that work began. A writer checks the fence in
 * its write statement, by pseudonym, and holds a shared lock until its transaction ends. An erasure takes the lock
 * exclusively to record its moment, and only then looks for rows: it finds those of earlier writers, and later ones see it.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { DateTime, Effect, Option } from "effect"
import { WorkStart } from "../../context/WorkStart.ts"
import type { Pseudonyms } from "./Pseudonyms.ts"

/** As in the function `erased_since` of the database. */
export const fenceLockSeed = 2_026_008

/** When the current work began: at the start of the transaction if no `WorkStart` is set. */
export const startOfWork = (sql: SqlClient.SqlClient): Effect.Effect<Statement.Fragment> =>
  Effect.map(
    WorkStart,
    Option.match({
      onNone: () => sql`now()`,
      onSome: start =>
        start._tag === "Moment"
          ? sql`least(now(), ${DateTime.toDate(start.at)}::timestamptz)`
          : sql`least(now(), (select received_at from interactions where interactions.id = ${start.id}))`
    })
  )

/** True if one of the ids was erased since `since`; nulls do not count. */
export const erasedSince = (
  sql: SqlClient.SqlClient,
  pseudonyms: Pseudonyms["Type"],
  since: Statement.Fragment,
  ids: ReadonlyArray<string | null>
): Statement.Fragment => {
  const present = ids.filter(id => id !== null)
  return present.length === 0
    ? sql`false`
    : sql`erased_since(${since}, ${sql.csv(present.map(id => sql`${pseudonyms.of(id)}`))})`
}
