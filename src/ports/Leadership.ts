import { Context } from "effect"
import type { Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What one process at a time does, of all that share the database. */
export type Role = "gateway" | "delivery"

/** `standby`: another process was seen to have the role. `undecided`: nothing is known yet, or any more. */
export type Standing = "leading" | "standby" | "undecided"

/** Who of several processes does what, and which of them still lives. */
export class Leadership extends Context.Tag("mochi/ports/Leadership")<
  Leadership,
  {
    /** This process among all that ever worked on the database; never given twice. */
    readonly processId: number
    /**
     * Whether that process is certain to have ended. Takes a second before it says yes: a process whose connection
     * just broke is not gone, and comes back in that time.
     */
    readonly isGone: (processId: number) => Effect.Effect<boolean, StoreUnavailable>
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
