import { Schema } from "effect"

/** The database did not do what it was asked: nothing of the operation was stored, or it cannot be known. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  /** Port and method, such as `Interactions.claim`. */
  operation: Schema.String,
  cause: Schema.Defect
}) {}
