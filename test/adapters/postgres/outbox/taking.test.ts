import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { plannerSettings, taking } from "../../../../src/adapters/postgres/outbox/taking.ts"
import * as OutboxPgBoss from "../../../../src/adapters/postgres/OutboxPgBoss.ts"
import * as TestDatabase from "../../../support/postgres.ts"

const most = 100

/** Jobs that wait, two for each key: the second may not be taken before the first is done. */
const fill = (jobs: number) => `
  insert into pgboss.job (id, name, data, created_on, start_after, keep_until, singleton_key, policy)
  select gen_random_uuid(), 'deliver', '{"v": 1, "filler": "${"x".repeat(300)}"}', now() - n * interval '1 ms',
    now() - interval '1 minute', now() + interval '1 day', 'key' || n / 2, 'key_strict_fifo'
  from generate_series(1, ${jobs}) as n`

interface Node {
  readonly "Node Type": string
  readonly "Index Name"?: string | undefined
  readonly "Actual Rows": number
  readonly "Actual Loops": number
  readonly "Rows Removed by Filter"?: number | undefined
  readonly Plans?: ReadonlyArray<Node> | undefined
}

const Node: Schema.Schema<Node> = Schema.Struct({
  "Node Type": Schema.String,
  "Index Name": Schema.optional(Schema.String),
  "Actual Rows": Schema.Number,
  "Actual Loops": Schema.Number,
  "Rows Removed by Filter": Schema.optional(Schema.Number),
  Plans: Schema.optional(Schema.Array(Schema.suspend(() => Node)))
})

const decodePlan = Schema.decodeUnknown(
  Schema.Tuple(Schema.Struct({ "QUERY PLAN": Schema.Tuple(Schema.Struct({ Plan: Node })) }))
)

const nodesOf = (node: Node): ReadonlyArray<Node> => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const rowsRead = (node: Node): number =>
  /Scan/.test(node["Node Type"]) && !/CTE/.test(node["Node Type"])
    ? (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"]
    : 0

/** What the statement does as the function runs it; it takes nothing. */
const plan = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const explained = yield* sql
    .withTransaction(
      Effect.gen(function* () {
        for (const setting of plannerSettings) yield* sql.unsafe(setting.replace("set", "set local"))
        const rows = yield* sql.unsafe(`explain (analyze, format json) ${taking("'deliver'", String(most))}`)
        return yield* Effect.fail(rows)
      })
    )
    .pipe(Effect.catchIf(Array.isArray, rows => Effect.succeed(rows)))
  const [row] = yield* decodePlan(explained)
  return nodesOf(row["QUERY PLAN"][0].Plan)
})

const indexesOf = (nodes: ReadonlyArray<Node>) =>
  [...new Set(nodes.flatMap(node => node["Index Name"] ?? []))].sort()

const usesIndexesAlone = (nodes: ReadonlyArray<Node>) => {
  const kinds = nodes.map(node => node["Node Type"])
  expect(kinds.filter(kind => /Sort|Seq Scan|Bitmap|Hash|Materialize/.test(kind))).toEqual([])
  expect(indexesOf(nodes)).toEqual(["job_common_i10", "job_common_i11", "job_common_i14", "job_common_i8"])
}

const total = (nodes: ReadonlyArray<Node>) => nodes.reduce((sum, node) => sum + rowsRead(node), 0)

layer(OutboxPgBoss.layer.pipe(Layer.provideMerge(TestDatabase.layer)), {
  excludeTestServices: true,
  timeout: 60_000
})("taking jobs", it => {
  it.scoped(
    "reads a few rows for each job that it takes, however many wait and whatever statistics say",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        yield* sql.unsafe(fill(10))
        yield* sql`delete from pgboss.job`
        yield* sql`analyze pgboss.job_common`
        usesIndexesAlone(yield* plan)
        yield* sql.unsafe(fill(50_000))
        // The statistics still say that nothing waits.
        const uncounted = yield* plan
        yield* sql`analyze pgboss.job_common`
        const counted = yield* plan
        for (const nodes of [uncounted, counted]) {
          usesIndexesAlone(nodes)
          expect(total(nodes)).toBeGreaterThan(most)
          expect(total(nodes)).toBeLessThan(8 * most)
        }
        // Jobs behind those that are being worked on cost a look each, and no more.
        for (let n = 0; n < 6; n++) yield* sql`select due_in from take_jobs('deliver', ${most})`
        const behind = yield* plan
        usesIndexesAlone(behind)
        expect(total(behind)).toBeLessThan(8 * most + 6 * most * 2)
      })
  )
})
