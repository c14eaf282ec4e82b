import { Context, Effect, Layer } from "effect"

/**
 * Spares the stores statements that would find nothing: the process's pulse asks for all of them, in one statement, whether
 * anything waits.
 */
export class Lookout extends Context.Tag("mochi/adapters/postgres/Lookout")<
  Lookout,
  {
    /**
     * `look`: an SQL expression, true if something waits, that finds it by index; `lease.id` in it is the process's lease.
     * Returns the newest answer, at most a beat old; true as well while nobody could look. Each look that finds something
     * calls `onWaiting`.
     */
    readonly watch: (look: string, onWaiting?: () => void) => Effect.Effect<Effect.Effect<boolean>>
  }
>() {}

/** For the command line, which has no pulse: each store looks for itself. */
export const layerWithoutPulse: Layer.Layer<Lookout> = Layer.succeed(Lookout, {
  watch: () => Effect.succeed(Effect.succeed(true))
})
