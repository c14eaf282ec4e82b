import { Context } from "effect"
import type { Effect } from "effect"

/** Whether this process makes progress, or needs a restart. */
export class Liveness extends Context.Tag("mochi/ports/Liveness")<
  Liveness,
  {
    /** Background work calls this every round, from its first one on. */
    readonly progressed: Effect.Effect<void>
    /** False if nothing progressed for a minute. True before the first progress: the process may still wait for the database. */
    readonly isAlive: Effect.Effect<boolean>
  }
>() {}
