import { SqlClient } from "@effect/sql"
import { Effect, Redacted } from "effect"
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
}

export const make: Effect.Effect<Ground, never, Scope.Scope> = Effect.gen(function* () {
  const folder = yield* temporaryFolder("mochi-bench-")
  const server = yield* Effect.orDie(EmbeddedPostgres.make({ folder: join(folder, "postgres") }))
  const database = Effect.gen(function* () {
    const name = `bench_${randomUUID().replaceAll("-", "")}`
    yield* Effect.gen(function* () {
      const context = yield* Database.connect(server)
      const create = Effect.flatMap(SqlClient.SqlClient, sql => sql.unsafe(`create database ${name}`))
      yield* Effect.provide(create, context)
    }).pipe(Effect.scoped, Effect.orDie)
    const url = new URL(Redacted.value(server))
    url.pathname = `/${name}`
    return Redacted.make(url.href)
  })
  return { folder, database }
})

export const freePort = Effect.async<number>(resume => {
  const probe = createServer()
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})
