import { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/** Finds every row, in all tables of all schemas, that has the text in any column. */
export const findInDatabase = (text: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const tables = yield* sql<{ schema: string; name: string }>`
      select table_schema as schema, table_name as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`
    const found = yield* Effect.forEach(tables, ({ name, schema }) =>
      Effect.map(
        sql<{
          row: string
        }>`select t::text as row from ${sql(schema)}.${sql(name)} t where strpos(t::text, ${text}) > 0`,
        rows => rows.map(({ row }) => `${schema}.${name}: ${row}`)
      )
    )
    return { searched: tables.map(({ name, schema }) => `${schema}.${name}`), found: found.flat() }
  })
