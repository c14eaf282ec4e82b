/** `npm run sandbox`: the web client's address; with `--tour`, the main job by itself, once. */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Logger } from "effect"
import * as Sandbox from "./Sandbox.ts"
import { tour } from "./tour.ts"

const runTour = Effect.gen(function* () {
  const sandbox = yield* Sandbox.make
  const differences = yield* tour(sandbox, line => Console.log(line))
  yield* Console.log("")
  if (differences.length === 0) return yield* Console.log("Everybody saw what they should have seen.")
  yield* Console.error(["This differed:", ...differences.map(difference => `  - ${difference}`)].join("\n"))
  process.exitCode = 1
})

// Closing the terminal ends everything just as Ctrl-C does.
process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

NodeRuntime.runMain(
  Effect.scoped(runTour).pipe(
    Effect.provide(Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger)))
  ),
  { disablePrettyLogger: true }
)
