import { Context } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { UserId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** `export` and `erasure`: the runs of `/privacy`. */
export type LimitedKind = "kudos" | "button" | "export" | "erasure"

/** How often people may do things, across replicas and restarts. */
export class RateLimits extends Context.Tag("mochi/ports/RateLimits")<
  RateLimits,
  {
    /** Counts a run; none if it is allowed, else the moment to try again. Refused runs do not count. */
    readonly take: (
      user: UserId,
      kind: LimitedKind
    ) => Effect.Effect<Option.Option<DateTime.Utc>, StoreUnavailable>
    /** Forgets people whose runs no longer count. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
