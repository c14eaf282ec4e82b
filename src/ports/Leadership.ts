import { Context } from "effect"
import type { Effect } from "effect"

/** What one process at a time does, of all that share the database. */
export type Role = "gateway" | "delivery"

/** `standby`: another process was seen to have the role. `undecided`: nothing is known yet, or any more. */
export type Standing = "leading" | "standby" | "undecided"

/** Which of several processes does what. */
export class Leadership extends Context.Tag("mochi/ports/Leadership")<
  Leadership,
  {
    /**
     * For one caller a role in each process: a second one would wait for the first.
     * Waits for the role, as long as it takes, and runs `work` while this process has it; ends as `work` ends. When
     * the role is lost, `work` is interrupted, and begun anew once the role is back. The role is given up only after
     * `work` has cleaned up.
     */
    readonly whileLeading: <A, E, R>(role: Role, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    readonly standing: (role: Role) => Effect.Effect<Standing>
  }
>() {}
