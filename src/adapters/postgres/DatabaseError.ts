import { Schema } from "effect"

/**
 * The database is not usable.
 * - `unreachable`: no connection, or it broke; trying again may help.
 * - `embedded`: the embedded server does not start here.
 * - `absent`: there is none yet, and this command may not create one.
 * - `migration`: a migration failed and rolled back.
 * - `unsuitable`: it cannot hold what the service has to store.
 */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  reason: Schema.Literal("unreachable", "embedded", "absent", "migration", "unsuitable"),
  /** For an operator; free of secrets. */
  detail: Schema.String
}) {
  override get message(): string {
    if (this.reason === "absent") return this.detail
    return `The database is not usable (${this.reason}): ${this.detail}`
  }
}

/** A newer release migrated the database, or one with a different history: running on it could lose data. */
export class DatabaseTooNew extends Schema.TaggedError<DatabaseTooNew>()("DatabaseTooNew", {
  /** The migrations that the database has and this release does not know, as `0007_name`. */
  unknown: Schema.Array(Schema.String),
  newestKnown: Schema.String
}) {
  override get message(): string {
    return `The database carries migrations that this release does not know (${this.unknown.join(", ")}; the newest known here is ${this.newestKnown}). Start the newer release, or restore a backup.`
  }
}
