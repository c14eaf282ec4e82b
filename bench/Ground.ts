import { SqlClient } from "@effect/sql"
import { Context, Effect, Redacted } from "effect"
import type { Scope } from "effect"
import { randomUUID } from "node:crypto"
import { createServer } from "node:net"
import { join } from "node:path"
import * as Database from "../src/adapters/postgres/Database.ts"
import * as EmbeddedPostgres from "../src/adapters/postgres/embedded/EmbeddedPostgres.ts"
import { temporaryFolder } from "../sandbox/temporaryFolder.ts"

/** All subjects of one run share a folder, and a PostgreSQL server as durable as in production. */
export interface Ground {
  readonly folder: string
  /** A new, empty database. */
  readonly database: Effect.Effect<Redacted.Redacted>
  /** Transactions that ended in this database since it was made; asking adds none. */
  readonly transactionsIn: (database: Redacted.Redacted) => Effect.Effect<number>
  /** Another commit's folder, with a trailing slash, whose service takes part. */
  readonly before?: URL
}

export const make: Effect.Effect<Ground, never, Scope.Scope> = Effect.gen(function* () {
  const folder = yield* temporaryFolder("mochi-bench-")
  const server = yield* Effect.orDie(EmbeddedPostgres.make({ folder: join(folder, "postgres") }))
  const sql = Context.get(yield* Effect.orDie(Database.connect(server)), SqlClient.SqlClient)
  return {
    folder,
    database: Effect.gen(function* () {
      const name = `bench_${randomUUID().replaceAll("-", "")}`
      yield* Effect.orDie(sql.unsafe(`create database ${name}`))
      const url = new URL(Redacted.value(server))
      url.pathname = `/${name}`
      return Redacted.make(url.href)
    }),
    transactionsIn: database =>
      sql<{ transactions: number }>`
        select (xact_commit + xact_rollback)::float8 as transactions from pg_stat_database
        where datname = ${new URL(Redacted.value(database)).pathname.slice(1)}`.pipe(
        Effect.map(([found]) => found?.transactions ?? Number.NaN),
        Effect.orDie
      )
  }
})

export const freePort = Effect.async<number>(resume => {
  const probe = createServer()
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})
