/** `npm run -s cli -- …`: data to stdout, everything else to stderr. What a command needs is loaded when it runs. */
import { CliConfig, Command } from "@effect/cli"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Exit, Layer, Option } from "effect"
import { enableCompileCache } from "node:module"
import { stripVTControlCharacters } from "node:util"
import * as Config from "./config.ts"
import { version } from "./configVersion.ts"
import { audit } from "./programs/cli/auditCommands.ts"
import { commands } from "./programs/cli/commandCommands.ts"
import { doctor } from "./programs/cli/doctorCommand.ts"
import { exitCodeOf, lastWords } from "./programs/cli/lastWords.ts"
import { notifications } from "./programs/cli/notificationCommands.ts"
import { privacy } from "./programs/cli/privacyCommands.ts"
import { usage } from "./programs/cli/usageCommand.ts"

enableCompileCache()

const environment = Config.processEnvironment()

/** An operator reads warnings; what the service tells of its everyday work is for its own log. */
const settings = Layer.unwrapEffect(
  Effect.map(
    Config.readSettings({ ...environment, LOG_LEVEL: environment["LOG_LEVEL"] ?? "warn" }),
    Config.layer
  )
)

const logging = loaded(async () => (await import("./adapters/telemetry/logging.ts")).layer("stderr"))

const configured = <A, E, R>(load: () => Promise<Layer.Layer<A, E, R>>) =>
  loaded(load).pipe(Layer.provideMerge(logging), Layer.provide(settings))

const stores = configured(async () => (await import("./cli/stores.ts")).layer)
const queue = configured(async () => (await import("./cli/deadLetters.ts")).layer)

/** Runs in this process once the command line is done with it. */
let serves = false

const mochi = Command.make("mochi-discord").pipe(
  Command.withDescription("Mochi's bot for Discord"),
  Command.withSubcommands([
    Command.make("serve", {}, () =>
      Effect.sync(() => {
        serves = true
      })
    ).pipe(Command.withDescription("Run the service, as `npm start` does")),
    doctor.pipe(
      Command.provide(loaded(async () => (await import("./cli/examination.ts")).layer(environment)))
    ),
    commands.pipe(Command.provide(configured(async () => (await import("./cli/commands.ts")).layer))),
    notifications(stores, queue),
    privacy.pipe(Command.provide(configured(async () => (await import("./cli/privacy.ts")).layer))),
    audit.pipe(Command.provide(stores)),
    usage.pipe(Command.provide(stores))
  ])
)

const run = Command.run(mochi, { name: "mochi-discord", version, executable: "npm run -s cli --" })

/** Colors are for terminals. */
const withoutColors = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Console.consoleWith(plain => {
    const stripped = (said: ReadonlyArray<unknown>) =>
      said.map(part => (typeof part === "string" ? stripVTControlCharacters(part) : part))
    return Console.withConsole(work, {
      ...plain,
      log: (...said) => plain.log(...stripped(said)),
      error: (...said) => plain.error(...stripped(said))
    })
  })

const hasColors = process.stdout.isTTY === true && environment["NO_COLOR"] === undefined

// Who reads a list may have seen enough of it.
process.stdout.on("error", () => process.exit(0))

NodeRuntime.runMain(
  run(process.argv).pipe(
    Effect.provide(
      Layer.merge(NodeContext.layer, CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true }))
    ),
    Effect.tapErrorCause(cause =>
      Option.match(lastWords(cause), { onNone: () => Effect.void, onSome: Console.error })
    ),
    work => (hasColors ? work : withoutColors(work))
  ),
  {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      if (Exit.isSuccess(exit) && serves) void import("./main.ts")
      else onExit(exitCodeOf(exit))
    }
  }
)

function loaded<A, E, R>(load: () => Promise<Layer.Layer<A, E, R>>) {
  return Layer.unwrapEffect(Effect.promise(load))
}
