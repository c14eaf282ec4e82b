import { Effect } from "effect"

/** Rows of one statement: none holds its locks for long, however much has piled up. */
const batchRows = 1_000

/**
 * Runs a statement that changes at most the given number of rows, and returns one for each, until there is no more to
 * change. Such a statement finds the rows of its batch by `ctid`: PostgreSQL then reads these rows and no others.
 */
export const inBatches = <E, R>(
  batch: (most: number) => Effect.Effect<ReadonlyArray<unknown>, E, R>
): Effect.Effect<void, E, R> =>
  Effect.asVoid(Effect.repeat(batch(batchRows), { while: changed => changed.length >= batchRows }))
