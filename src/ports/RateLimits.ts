import { Context } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { UserId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** `export` and `erasure`: what `/privacy` does with all that is stored about a person. */
export type LimitedKind = "kudos" | "button" | "export" | "erasure"

/** What people may do so often and no oftener, across replicas and restarts. */
export class RateLimits extends Context.Tag("mochi/ports/RateLimits")<
  RateLimits,
  {
    /** Counts a run; none if it is allowed, else the moment to try again. Runs that were refused do not count. */
    readonly take: (
      user: UserId,
      kind: LimitedKind
    ) => Effect.Effect<Option.Option<DateTime.Utc>, StoreUnavailable>
    /** Forgets who has no run left that counts. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
