/**
 * `npm run -s cli -- …`: data goes to stdout, everything else to stderr. A command's own code is loaded when the command
 * runs.
 */
import { CliConfig, Command } from "@effect/cli"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Console, Effect, Layer, Option } from "effect"
import { stripVTControlCharacters } from "node:util"
import { layer as settingsLayer, readSettings } from "./config/Settings.ts"
import { processEnvironment } from "./config/environment.ts"
import { version } from "./config/version.ts"
import { audit } from "./programs/cli/audit.ts"
import { commands } from "./programs/cli/commands.ts"
import { exitCodeOf, lastWords } from "./programs/cli/CommandEnd.ts"
import { doctor } from "./programs/cli/doctor.ts"
import { notifications } from "./programs/cli/notifications.ts"
import { flushOutput, pipeCloses } from "./programs/cli/output.ts"
import { privacy } from "./programs/cli/privacy.ts"
import { usage } from "./programs/cli/usage.ts"
import { runMain } from "./process/runMain.ts"
import { hasColors, rewritten } from "./process/terminal.ts"

/** Operators read warnings and errors only; the service's own log has the rest. */
const settings = Layer.unwrapEffect(
  processEnvironment.pipe(
    Effect.flatMap(environment =>
      readSettings({ ...environment, LOG_LEVEL: environment["LOG_LEVEL"] ?? "warn" })
    ),
    Effect.map(settingsLayer)
  )
)

const logging = loaded(async () => (await import("./adapters/telemetry/logging.ts")).layer("stderr"))

const configured = <A, E, R>(load: () => Promise<Layer.Layer<A, E, R>>) =>
  loaded(load).pipe(Layer.provideMerge(logging), Layer.provide(settings))

const stores = configured(async () => (await import("./programs/cli/layers/stores.ts")).layer)
const queue = configured(async () => (await import("./programs/cli/layers/deadLetters.ts")).layer)

const mochi = Command.make("mochi-discord").pipe(
  Command.withDescription("Mochi's bot for Discord"),
  Command.withSubcommands([
    // From here on the process belongs to the service, and only the service ends it.
    Command.make("serve", {}, () =>
      Effect.uninterruptible(
        Effect.zipRight(
          Effect.promise(() => import("./main.ts")),
          Effect.never
        )
      )
    ).pipe(Command.withDescription("Run the service, as `npm start` does")),
    doctor.pipe(
      Command.provide(
        loaded(async () => (await import("./programs/cli/doctor/examination.ts")).layer(processEnvironment))
      )
    ),
    commands.pipe(
      Command.provide(configured(async () => (await import("./programs/cli/layers/commands.ts")).layer))
    ),
    notifications(stores, queue),
    privacy.pipe(
      Command.provide(configured(async () => (await import("./programs/cli/layers/privacy.ts")).layer))
    ),
    audit.pipe(Command.provide(stores)),
    usage.pipe(Command.provide(stores))
  ])
)

const run = Command.run(mochi, { name: "mochi-discord", version, executable: "npm run -s cli --" })

runMain(
  run(process.argv).pipe(
    Effect.provide(
      Layer.merge(NodeContext.layer, CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true }))
    ),
    Effect.tapErrorCause(cause =>
      Option.match(lastWords(cause), { onNone: () => Effect.void, onSome: Console.error })
    ),
    work => (hasColors() ? work : rewritten(stripVTControlCharacters)(work)),
    Effect.ensuring(Effect.interruptible(flushOutput)),
    Effect.raceFirst(pipeCloses)
  ),
  { ended: exitCodeOf, signalled: () => 130 }
)

function loaded<A, E, R>(load: () => Promise<Layer.Layer<A, E, R>>) {
  return Layer.unwrapEffect(Effect.promise(load))
}
