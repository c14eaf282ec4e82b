import { Cause, Effect, Exit, Layer } from "effect"
import { layer as settingsLayer } from "./config/Settings.ts"
import type { SettingsValues } from "./config/Settings.ts"
import * as ShutdownInMemory from "./adapters/process/ShutdownInMemory.ts"
import { Shutdown } from "./ports/Shutdown.ts"
import { messageOf } from "./process/messageOf.ts"
import { runMain } from "./process/runMain.ts"
import { service } from "./service.ts"

/** Runs the service until a signal ends it, with exit code 0, or a fault that no waiting fixes, with 1. */
export const runService = (settings: SettingsValues): void =>
  runMain(
    Effect.flatMap(Shutdown, ({ awaitFault }) => Effect.raceFirst(Layer.launch(service), awaitFault)).pipe(
      Effect.provide(ShutdownInMemory.layer),
      Effect.provide(settingsLayer(settings)),
      Effect.tapErrorCause(cause =>
        Cause.isInterruptedOnly(cause)
          ? Effect.void
          : Effect.sync(() => console.error(`The service ended: ${messageOf(Cause.squash(cause))}`))
      )
    ),
    { ended: exit => (Exit.isFailure(exit) ? 1 : 0), signalled: () => 0 }
  )
