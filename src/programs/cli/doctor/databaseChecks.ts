import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Either, Layer, Option } from "effect"
import type { Cause } from "effect"
import * as Database from "../../../adapters/postgres/Database.ts"
import type { DatabaseError } from "../../../adapters/postgres/DatabaseError.ts"
import * as Migrations from "../../../adapters/postgres/Migrations.ts"
import { migrations } from "../../../adapters/postgres/migrations/registry.ts"
import { Settings } from "../../../config/Settings.ts"
import type { Finding } from "../doctor.ts"
import { failed, ok, skipped } from "./findings.ts"

/** Only reads, and migrates nothing. If no embedded server is running, this starts one for the check. */
export const databaseFindings: Effect.Effect<ReadonlyArray<Finding>, never, Settings> = Effect.gen(
  function* () {
    const { database } = yield* Settings
    const variable = Option.isSome(database.url) ? "DATABASE_URL" : "DATA_DIR"
    const context = yield* Effect.either(Effect.timeout(Layer.build(Database.layerUnmigrated), "60 seconds"))
    if (Either.isLeft(context)) {
      return [unusable(context.left, variable), skipped("migrations", "needs the database")]
    }
    return yield* Effect.provide(lookInside, context.right)
  }
).pipe(Effect.scoped)

const unusable = (error: DatabaseError | Cause.TimeoutException, variable: string): Finding => {
  if (error._tag === "TimeoutException")
    return failed("database", "no answer within a minute", "Is it overloaded? See its log")
  const { detail, reason } = error
  if (reason === "absent" || reason === "unsuitable") return { check: "database", state: "failed", detail }
  const fix =
    variable === "DATABASE_URL"
      ? "Is PostgreSQL up, and are address, name and password of DATABASE_URL right?"
      : "See its log under DATA_DIR, and whether that folder can be written"
  return failed("database", detail, fix)
}

const lookInside: Effect.Effect<ReadonlyArray<Finding>, never, SqlClient.SqlClient> = Effect.gen(
  function* () {
    const sql = yield* SqlClient.SqlClient
    const answer = yield* Effect.either(
      sql<{ version: string; read_only: string; can_create: boolean }>`
      select current_setting('server_version') as version, current_setting('transaction_read_only') as read_only,
        has_schema_privilege(current_schema(), 'create') as can_create`
    )
    const [found] = Either.isRight(answer) ? answer.right : []
    if (found === undefined)
      return [
        failed("database", "it does not answer questions", "See its log"),
        skipped("migrations", "needs the database")
      ]
    return [databaseFinding(found), yield* migrationFinding]
  }
)

const databaseFinding = (found: { version: string; read_only: string; can_create: boolean }): Finding => {
  if (found.read_only === "on")
    return failed(
      "database",
      `PostgreSQL ${found.version} is read-only`,
      "Point DATABASE_URL to the primary, and see default_transaction_read_only and its free disk space"
    )
  if (!found.can_create)
    return failed(
      "database",
      "its user may not create tables",
      "Grant it: grant create on schema public, or make it the database's owner"
    )
  return ok("database", `PostgreSQL ${found.version}`)
}

const migrationFinding = Effect.gen(function* () {
  const status = yield* Effect.either(Migrations.status(migrations))
  if (Either.isLeft(status))
    return failed("migrations", "their table cannot be read", "Does the database belong to another program?")
  const { applied, pending, unknown } = status.right
  if (unknown.length > 0)
    return failed(
      "migrations",
      `the database is newer than this release (${unknown.join(", ")})`,
      "Start the newer release, or restore a backup"
    )
  const skippedOver = pending.filter(key => key < (applied.at(-1) ?? ""))
  if (skippedOver.length > 0)
    return failed(
      "migrations",
      `${skippedOver.join(", ")} was never applied, but later ones were`,
      "Restore a backup: this database was changed by hand"
    )
  if (pending.length > 0)
    return failed(
      "migrations",
      `${pending.length} to come (${pending.join(", ")})`,
      "Start the service: it applies them"
    )
  return ok("migrations", `all ${applied.length} applied`)
})
