import type { SqlClient } from "@effect/sql"
import { Effect } from "effect"

/**
 * Sets every moment that the database holds back by so many seconds, as if they had passed. Left alone are processes, which
 * go on, the audit log, which nobody can change, and what a request itself says.
 */
export const shiftTimes = (sql: SqlClient.SqlClient, seconds: number) =>
  Effect.gen(function* () {
    const by = sql`${seconds} * interval '1 second'`
    const columns = yield* sql<{ schema: string; table: string; column: string; type: string }>`
      select c.table_schema as schema, c.table_name as table, c.column_name as column, c.udt_name as type
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where t.table_type = 'BASE TABLE' and c.table_schema = 'public' and c.is_generated = 'NEVER'
        and c.udt_name in ('timestamptz', '_timestamptz', 'date')
        and c.table_name not in ('processes', 'audit_log') and c.column_name not in ('expires_at', 'settled_at')`
    for (const [table, all] of Map.groupBy(columns, ({ schema, table }) => `${schema}.${table}`)) {
      const changes = all.map(({ column, type }) => {
        const before = sql(column)
        const after =
          type === "_timestamptz"
            ? sql`(select array_agg(each - ${by} order by each) from unnest(${before}) as each)`
            : type === "date"
              ? sql`${before} - ${Math.floor(seconds / 86_400)}::integer`
              : sql`${before} - ${by}`
        return sql`${before} = ${after}`
      })
      yield* sql`update ${sql(table)} set ${sql.csv(changes)}`
    }
  })
