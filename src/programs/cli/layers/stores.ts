import { Effect, Layer } from "effect"
import * as AtomicSql from "../../../adapters/postgres/AtomicSql.ts"
import * as AuditLogSql from "../../../adapters/postgres/AuditLogSql.ts"
import * as Database from "../../../adapters/postgres/Database.ts"
import { DatabaseError, DatabaseTooNew } from "../../../adapters/postgres/DatabaseError.ts"
import * as Migrations from "../../../adapters/postgres/Migrations.ts"
import { migrations } from "../../../adapters/postgres/migrations/registry.ts"
import * as NotificationLogSql from "../../../adapters/postgres/NotificationLogSql.ts"
import * as PeopleSql from "../../../adapters/postgres/PeopleSql.ts"
import * as PersonalDataSql from "../../../adapters/postgres/PersonalDataSql.ts"
import * as Pseudonyms from "../../../adapters/postgres/Pseudonyms.ts"
import { describeSqlError } from "../../../adapters/postgres/storeErrors.ts"
import * as UsageLogSql from "../../../adapters/postgres/UsageLogSql.ts"
import { Audit } from "../../../services/Audit.ts"

/** The command line leaves the database as it is: only the service sets it up and migrates it, when it starts. */
const ready = Effect.gen(function* () {
  const { applied, pending, unknown } = yield* Effect.catchTags(Migrations.status(migrations), {
    SqlError: error => new DatabaseError({ reason: "unreachable", detail: describeSqlError(error) }),
    ParseError: () => new DatabaseError({ reason: "migration", detail: "its migrations cannot be read" })
  })
  if (unknown.length > 0)
    return yield* new DatabaseTooNew({ unknown, newestKnown: Object.keys(migrations).at(-1) ?? "none" })
  if (applied.length === 0)
    return yield* new DatabaseError({
      reason: "absent",
      detail:
        "there is nothing of this service in the database. Are DATABASE_URL and DATA_DIR right? The service sets it up when it starts"
    })
  if (pending.length > 0)
    return yield* new DatabaseError({
      reason: "migration",
      detail: `it is older than this release (${pending.join(", ")} to come): start the service, which brings it up to date`
    })
})

const database = Layer.tap(Database.layerUnmigrated, context => Effect.provide(ready, context))

const adapters = Layer.mergeAll(
  AtomicSql.layer,
  AuditLogSql.layer,
  NotificationLogSql.layer,
  PeopleSql.layer,
  PersonalDataSql.layer,
  UsageLogSql.layer
).pipe(Layer.provide(Pseudonyms.layer))

/** The stores, for commands that need nothing else. Layers on top of these can use the database too. */
export const layer = Audit.Default.pipe(Layer.provideMerge(adapters), Layer.provideMerge(database))
