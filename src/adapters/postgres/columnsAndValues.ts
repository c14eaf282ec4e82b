import type * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"

type Row = Readonly<Record<string, unknown>>

/** The names of a row's columns, for an insert whose values may be SQL fragments. */
export const columnsOf = (sql: SqlClient.SqlClient, row: Row): Statement.Fragment =>
  named(sql, Object.keys(row))

/** Columns by their names, of one table if it is given. */
export const named = (
  sql: SqlClient.SqlClient,
  columns: ReadonlyArray<string>,
  table?: string
): Statement.Fragment =>
  sql.csv(columns.map(column => sql`${sql(table === undefined ? column : `${table}.${column}`)}`))

/** A row's values in the same order; fragments stay as they are. */
export const valuesOf = (sql: SqlClient.SqlClient, row: Row): Statement.Fragment =>
  sql.csv(Object.values(row).map(value => sql`${value}`))
