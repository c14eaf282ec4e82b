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

/** Columns of a table, each under its name after `prefix`: rows of several tables fit into one. */
export const columnsAs = (
  sql: SqlClient.SqlClient,
  table: string,
  columns: ReadonlyArray<string>,
  prefix: string
): Statement.Fragment =>
  sql.csv(columns.map(name => sql`${sql(`${table}.${name}`)} as ${sql(`${prefix}${name}`)}`))

/** The columns of a row that have the prefix, without it. */
export const rowUnder = (prefix: string, row: object): Row =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []
    )
  )
