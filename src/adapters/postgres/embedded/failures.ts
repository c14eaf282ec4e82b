import { Effect } from "effect"
import { DatabaseError } from "../DatabaseError.ts"

export const embedded = (detail: string): DatabaseError => new DatabaseError({ reason: "embedded", detail })

/** Node's own words name the file: `EACCES: permission denied, mkdir '/srv/data'`. */
export const attempt = <A>(work: () => Promise<A>): Effect.Effect<A, DatabaseError> =>
  Effect.tryPromise({
    try: work,
    catch: cause => embedded(cause instanceof Error ? cause.message : String(cause))
  })
