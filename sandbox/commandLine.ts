import { CliConfig, Command, ValidationError } from "@effect/cli"
import { NodeContext } from "@effect/platform-node"
import { Effect } from "effect"
import { stripVTControlCharacters } from "node:util"
import { version } from "../src/config/version.ts"
import { hasColors, rewritten } from "../src/process/terminal.ts"
import { runToOrderlyEnd } from "./orderlyEnd.ts"

/** A command of its own, such as `npm run sandbox`: `--help` prints help, and what it does not know is refused in one line. */
export const runCommand = <Name extends string, E, A>(
  command: Command.Command<Name, never, E, A>,
  name: Name
): void => {
  const run = Command.run(command, { name: `npm run ${name}`, version, executable: `npm run ${name} --` })
  runToOrderlyEnd(
    run(process.argv).pipe(
      // It has said itself what it does not understand.
      Effect.catchIf(ValidationError.isValidationError, () =>
        Effect.sync(() => {
          process.exitCode = 1
        })
      ),
      Effect.provide(NodeContext.layer),
      Effect.provide(CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true })),
      // A refusal is one line, without the empty ones that the library puts after it.
      rewritten(text => (hasColors() ? text : stripVTControlCharacters(text)).trimEnd())
    )
  )
}
