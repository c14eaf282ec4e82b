import { Context } from "effect"
import type { Effect } from "effect"

/** Of all processes that share the database, one at a time has a role. */
export type Role = "gateway" | "delivery"

/** `standby`: this process saw another one with the role. `undecided`: it does not know yet, or no longer knows. */
export type Standing = "leading" | "standby" | "undecided"

/** Decides which process has which role. */
export class Leadership extends Context.Tag("mochi/ports/Leadership")<
  Leadership,
  {
    /**
     * Waits for the role, as long as it takes, and runs `work` while this process has it; ends as `work` ends. If the
     * process loses the role, `work` is interrupted and starts again once the role is back. The process gives the role up
     * only after `work` has cleaned up. One caller per role and process: a second one would wait for the first.
     */
    readonly whileLeading: <A, E, R>(role: Role, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    readonly standing: (role: Role) => Effect.Effect<Standing>
  }
>() {}
