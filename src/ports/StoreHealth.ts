import { Context } from "effect"
import type { Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** Whether the database works now. */
export class StoreHealth extends Context.Tag("mochi/ports/StoreHealth")<
  StoreHealth,
  {
    /** False if the database can store nothing although it answers: it is read-only, or its disk is full. */
    readonly takesWrites: Effect.Effect<boolean, StoreUnavailable>
    /** Whether the database answers on a new connection, outside the pool. */
    readonly isReachable: Effect.Effect<boolean>
  }
>() {}
