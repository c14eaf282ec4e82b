import { Deferred, Effect, Layer } from "effect"
import { FatalFault, Shutdown } from "../../ports/Shutdown.ts"

export const layer: Layer.Layer<Shutdown> = Layer.effect(
  Shutdown,
  Effect.map(Deferred.make<never, FatalFault>(), fault => ({
    fail: reason => Effect.asVoid(Deferred.fail(fault, new FatalFault({ reason }))),
    awaitFault: Deferred.await(fault)
  }))
)
