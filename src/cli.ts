/** `npm run -s cli -- …`: data to stdout, everything else to stderr. What a command needs is loaded when it runs. */
import { CliConfig, Command } from "@effect/cli"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Console, Effect, Layer, Option } from "effect"
import { stripVTControlCharacters } from "node:util"
import * as Config from "./config/Settings.ts"
import { processEnvironment } from "./config/environment.ts"
import { version } from "./config/version.ts"
import { audit } from "./programs/cli/audit.ts"
import { commands } from "./programs/cli/commands.ts"
import { doctor } from "./programs/cli/doctor/doctor.ts"
import { exitCodeOf, lastWords } from "./programs/cli/lastWords.ts"
import { notifications } from "./programs/cli/notifications.ts"
import { privacy } from "./programs/cli/privacy.ts"
import { usage } from "./programs/cli/usage.ts"
import { runMain } from "./process/runMain.ts"
import { hasColors, rewritten } from "./process/terminal.ts"

/** An operator reads warnings; what the service tells of its everyday work is for its own log. */
const settings = Layer.unwrapEffect(
  processEnvironment.pipe(
    Effect.flatMap(environment =>
      Config.readSettings({ ...environment, LOG_LEVEL: environment["LOG_LEVEL"] ?? "warn" })
    ),
    Effect.map(Config.layer)
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
    // From then on the process is the service's, which alone ends it.
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

/** Who reads a list may have seen enough of it: then the rest is not wanted, and that is no failure. */
const nobodyReads = Effect.async<void>(resume => {
  process.stdout.once("error", () => resume(Effect.void))
})

/** A pipe takes a long list only as fast as it is read, and what the process still holds when it ends is lost. */
const everythingIsRead = Effect.async<void>(resume => {
  process.stdout.write("", () => process.stderr.write("", () => resume(Effect.void)))
})

runMain(
  run(process.argv).pipe(
    Effect.provide(
      Layer.merge(NodeContext.layer, CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true }))
    ),
    Effect.tapErrorCause(cause =>
      Option.match(lastWords(cause), { onNone: () => Effect.void, onSome: Console.error })
    ),
    work => (hasColors() ? work : rewritten(stripVTControlCharacters)(work)),
    Effect.ensuring(Effect.interruptible(everythingIsRead)),
    Effect.raceFirst(nobodyReads)
  ),
  { ended: exitCodeOf, signalled: () => 130 }
)

function loaded<A, E, R>(load: () => Promise<Layer.Layer<A, E, R>>) {
  return Layer.unwrapEffect(Effect.promise(load))
}
