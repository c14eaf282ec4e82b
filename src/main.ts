/** `serve`: settings first, so that a faulty one is named within a second; then the service. */
import { Effect, Either } from "effect"
import { enableCompileCache } from "node:module"
import { describeFaults, processEnvironment, readSettings } from "./config.ts"

enableCompileCache()

const settings = Effect.runSync(Effect.either(readSettings(processEnvironment())))

if (Either.isLeft(settings)) {
  const faults = describeFaults(settings.left).map(fault => `  ${fault}`)
  console.error(["The configuration is not complete:", ...faults].join("\n"))
  process.exitCode = 1
} else {
  const { serve } = await import("./serve.ts")
  serve(settings.right)
}
