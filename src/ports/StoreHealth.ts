import { Context } from "effect"
import type { Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** Whether the database is of use now. */
export class StoreHealth extends Context.Tag("mochi/ports/StoreHealth")<
  StoreHealth,
  {
    /** Fails where nothing can be stored, although it may answer: it is read-only, or its disk is full. */
    readonly takesWrites: Effect.Effect<void, StoreUnavailable>
    /** Whether it answers on a new connection, apart from those that everything else uses. */
    readonly isReachable: Effect.Effect<boolean>
  }
>() {}
