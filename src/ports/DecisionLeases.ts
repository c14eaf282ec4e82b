import { Context } from "effect"
import type { Effect } from "effect"
import type { RequestKey } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** One decision on a request at a time, across replicas. */
export class DecisionLeases extends Context.Tag("mochi/ports/DecisionLeases")<
  DecisionLeases,
  {
    /** False while somebody else decides. A lease whose holder died lapses when no call of its can be under way any more. */
    readonly acquire: (request: RequestKey) => Effect.Effect<boolean, StoreUnavailable>
    readonly release: (request: RequestKey) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
