import { Effect, Layer } from "effect"
import { StoreHealth } from "../../ports/StoreHealth.ts"

/** Memory takes whatever is stored. */
export const layer: Layer.Layer<StoreHealth> = Layer.succeed(StoreHealth, {
  takesWrites: Effect.succeed(true),
  isReachable: Effect.succeed(true)
})
