/** `npm run sandbox`: serves the page and prints its address; with `--tour`, runs the main job once without a page. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Logger, Option } from "effect"
import { describeFaults } from "../src/config/Settings.ts"
import { processEnvironment } from "../src/config/environment.ts"
import { runCommand } from "./commandLine.ts"
import * as Sandbox from "./Sandbox.ts"
import { readSandboxSettings } from "./settings.ts"
import { tour } from "./tour.ts"
import { serve } from "./web/WebServer.ts"

const runTour = Effect.gen(function* () {
  const sandbox = yield* Sandbox.make
  const differences = yield* tour(sandbox, line => Console.log(line))
  yield* Console.log("")
  if (differences.length === 0) return yield* Console.log("Everybody saw what they should have seen.")
  yield* fail(["This differed:", ...differences.map(difference => `  - ${difference}`)])
})

const runPage = Effect.gen(function* () {
  const { host, port, traceUrl } = yield* readSandboxSettings(process.env)
  const sandbox = yield* Sandbox.make
  const taken = yield* serve(sandbox, { host, port, settings: { traceUrl: Option.getOrNull(traceUrl) } })
  // If the service does not start, the page shows why.
  yield* Effect.ignore(sandbox.service.ready)
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host
  yield* Console.log(`The sandbox is at http://${name}:${taken} (Ctrl-C ends it)`)
  return yield* Effect.never
}).pipe(
  Effect.catchTags({
    DatabaseError: ({ message }) => fail([message]),
    ServeError: ({ cause }) =>
      fail([`The page cannot be served: ${cause}`, "Set SANDBOX_PORT to another port."])
  }),
  Effect.catchAll(error => fail(describeFaults(error)))
)

const fail = (lines: ReadonlyArray<string>) =>
  Effect.sync(() => {
    process.exitCode = 1
  }).pipe(Effect.zipRight(Console.error(lines.join("\n"))))

const isTour = Options.boolean("tour").pipe(
  Options.withDescription("Run the main job by itself, once, and say what everybody saw.")
)

const sandbox = Command.make("sandbox", { isTour }, ({ isTour }) =>
  // Both need the settings: the file `.env` may say where telemetry goes.
  processEnvironment.pipe(
    Effect.zipRight(Effect.scoped(isTour ? runTour : runPage)),
    Effect.catchTag("ConfigError", error => fail(describeFaults(error))),
    Effect.provide(Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger)))
  )
).pipe(
  Command.withDescription(
    "A fake Discord, a fake Mochi and the real service on this machine, as a page to play with. SANDBOX_HOST and SANDBOX_PORT say where, from the environment or from the file .env."
  )
)

runCommand(sandbox, "sandbox")
