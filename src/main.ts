/** `serve`: an ear for signals before anything else; settings, so that a faulty one is named within a second; the service. */
import { onSignal } from "./signals.ts"

// Nothing runs yet that would have to be ended in order.
onSignal(() => process.exit(0))

const { Effect, Either } = await import("effect")
const { describeFaults, readSettings } = await import("./config.ts")
const { processEnvironment } = await import("./configEnvironment.ts")

const settings = Effect.runSync(Effect.either(Effect.flatMap(processEnvironment, readSettings)))

if (Either.isLeft(settings)) {
  const faults = describeFaults(settings.left).map(fault => `  ${fault}`)
  console.error(["The configuration is not complete:", ...faults].join("\n"))
  process.exit(1)
}

const { keepCompiledCode } = await import("./codeCache.ts")
keepCompiledCode(settings.right.database.dataDir)
const { serve } = await import("./serve.ts")
serve(settings.right)
