import { Context } from "effect"
import type { Effect } from "effect"

/** Whether this process gets on with its work, or should be started anew. */
export class Liveness extends Context.Tag("mochi/ports/Liveness")<
  Liveness,
  {
    /** Told again and again by what goes on in the background, from its first round on. */
    readonly progressed: Effect.Effect<void>
    /** False where nothing has progressed for a minute. What has not begun yet, as long as the database is away, may still. */
    readonly isAlive: Effect.Effect<boolean>
  }
>() {}
