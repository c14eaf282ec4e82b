import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"

const livesFor = "15 minutes"

/** True for a row of `interactions` whose token Discord still accepts. */
export const tokenAlive = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql`(interactions.token is not null and interactions.received_at > clock_timestamp() - ${livesFor}::interval)`

/** True for a row whose token Discord no longer accepts. It is as old at the start of the statement: an index finds it. */
export const tokenDead = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql`(interactions.token is not null and interactions.received_at <= now() - ${livesFor}::interval)`
