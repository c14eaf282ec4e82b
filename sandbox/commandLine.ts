import { CliConfig, Command, ValidationError } from "@effect/cli"
import { NodeContext } from "@effect/platform-node"
import { Effect } from "effect"
import { stripVTControlCharacters } from "node:util"
import { version } from "../src/config/version.ts"
import { hasColors, rewritten } from "../src/process/terminal.ts"
import { runToOrderlyEnd } from "./orderlyEnd.ts"

/** Runs a command such as `npm run sandbox`: `--help` prints help, and an unknown option gets an error of one line. */
export const runCommand = <Name extends string, E, A>(
  command: Command.Command<Name, never, E, A>,
  name: Name
): void => {
  const run = Command.run(command, { name: `npm run ${name}`, version, executable: `npm run ${name} --` })
  runToOrderlyEnd(
    run(process.argv).pipe(
      // The library has already printed the error.
      Effect.catchIf(ValidationError.isValidationError, () =>
        Effect.sync(() => {
          process.exitCode = 1
        })
      ),
      Effect.provide(NodeContext.layer),
      Effect.provide(CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true })),
      // The error is one line, without the empty lines that the library adds.
      rewritten(text => (hasColors() ? text : stripVTControlCharacters(text)).trimEnd())
    )
  )
}
