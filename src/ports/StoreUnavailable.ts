import { Schema } from "effect"

/** The operation failed: the database stored nothing of it, or nobody knows. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  /** Port and method, such as `Claims.claim`. */
  operation: Schema.String,
  cause: Schema.Defect
}) {}
