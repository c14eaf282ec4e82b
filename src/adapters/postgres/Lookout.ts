import { Context, Effect } from "effect"

interface Watching {
  /**
   * `look`: an SQL expression, true if something waits, that finds it by index; `lease.id` in it is the process's lease.
   * Returns the newest answer, at most a beat old; true as well while nobody could look. Each look that finds something
   * calls `onWaiting`.
   */
  readonly watch: (look: string, onWaiting?: () => void) => Effect.Effect<Effect.Effect<boolean>>
}

/**
 * Spares the stores statements that would find nothing: the process's `Pulse` asks for all of them, in one statement,
 * whether anything waits. Without a pulse, as in the command line, each store looks for itself.
 */
export class Lookout extends Context.Reference<Lookout>()("mochi/adapters/postgres/Lookout", {
  defaultValue: (): Watching => ({ watch: () => Effect.succeed(Effect.succeed(true)) })
}) {}
