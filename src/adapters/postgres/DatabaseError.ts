import { Schema } from "effect"

/**
 * The database cannot be used.
 * - `unreachable`: no connection, or it broke; trying again may help.
 * - `embedded`: the embedded server does not start here.
 * - `absent`: there is none yet, and it is not for this command to make one.
 * - `migration`: a migration failed, and with it everything that it did.
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

/** The database was migrated by a newer release, or by a different history: running on it could lose data. */
export class DatabaseTooNew extends Schema.TaggedError<DatabaseTooNew>()("DatabaseTooNew", {
  /** What the database knows and this release does not, as `0007_name`. */
  unknown: Schema.Array(Schema.String),
  newestKnown: Schema.String
}) {
  override get message(): string {
    return `The database carries migrations that this release does not know (${this.unknown.join(", ")}; the newest known here is ${this.newestKnown}). Start the newer release, or restore a backup.`
  }
}
