/** `serve`: listens for signals before anything else, names faulty settings within a second, and runs the service. */
import { onSignal } from "./process/signals.ts"

// Nothing runs yet that has to end in order.
onSignal(() => process.exit(0))

const { uncheckedDataDir } = await import("./config/envFile.ts")
const { keepCompiledCode } = await import("./process/codeCache.ts")
// Before everything that is large.
keepCompiledCode(uncheckedDataDir())

const { Effect, Either } = await import("effect")
const { describeFaults, readSettings } = await import("./config/Settings.ts")
const { processEnvironment } = await import("./config/environment.ts")

const settings = Effect.runSync(Effect.either(Effect.flatMap(processEnvironment, readSettings)))

if (Either.isLeft(settings)) {
  const faults = describeFaults(settings.left).map(fault => `  ${fault}`)
  console.error(["The configuration is not complete:", ...faults].join("\n"))
  process.exit(1)
}

const { runService } = await import("./runService.ts")
runService(settings.right)
