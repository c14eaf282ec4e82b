import { Context, Schema } from "effect"
import type { Effect, Option } from "effect"
import type { RequestKey } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** Tells a lease from the one that another process took after it had lapsed. */
export const LeaseToken = Schema.UUID.pipe(Schema.brand("LeaseToken"))
export type LeaseToken = typeof LeaseToken.Type

/** One decision on a request at a time, across replicas. */
export class DecisionLeases extends Context.Tag("mochi/ports/DecisionLeases")<
  DecisionLeases,
  {
    /** None while another decision is in flight. The lease of a dead holder lapses once no call of its can be in flight. */
    readonly acquire: (request: RequestKey) => Effect.Effect<Option.Option<LeaseToken>, StoreUnavailable>
    readonly release: (token: LeaseToken) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
