import { NodeRuntime } from "@effect/platform-node"
import { Cause, Effect, Exit, Layer } from "effect"
import * as Config from "./config.ts"
import type { SettingsValues } from "./config.ts"
import * as ShutdownInMemory from "./adapters/process/ShutdownInMemory.ts"
import { Shutdown } from "./ports/Shutdown.ts"
import { service } from "./service.ts"

/** What does not end by itself within this is ended: the process is promised to be gone after ten seconds. */
const endsWithin = 9_500

/** Runs the service until a signal ends it, with exit code 0, or a fault that no waiting mends, with 1. */
export const serve = (settings: SettingsValues): void => {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => setTimeout(() => process.exit(0), endsWithin).unref())

  const run = Effect.flatMap(Shutdown, ({ awaitFault }) =>
    Effect.raceFirst(Layer.launch(service), awaitFault)
  ).pipe(
    Effect.provide(ShutdownInMemory.layer),
    Effect.provide(Config.layer(settings)),
    Effect.tapErrorCause(cause =>
      Cause.isInterruptedOnly(cause) ? Effect.void : Effect.sync(() => console.error(lastWords(cause)))
    )
  )

  NodeRuntime.runMain(run, {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, onExit) => onExit(Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause) ? 1 : 0)
  })
}

const lastWords = (cause: Cause.Cause<unknown>): string => {
  const [error] = Cause.prettyErrors(cause)
  return `The service ended: ${error?.message ?? "for an unknown reason"}`
}
