import { CliConfig, Command, ValidationError } from "@effect/cli"
import { NodeContext } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { stripVTControlCharacters } from "node:util"
import { version } from "../configVersion.ts"
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
      plainly
    )
  )
}

/** Colors are for terminals, and a refusal is one line without empty ones around it. */
const plainly = <A, E>(work: Effect.Effect<A, E>) =>
  Console.consoleWith(console => {
    const isTerminal = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined
    const text = (part: unknown) =>
      typeof part !== "string" ? part : (isTerminal ? part : stripVTControlCharacters(part)).trimEnd()
    return Console.withConsole(work, {
      ...console,
      log: (...said) => console.log(...said.map(text)),
      error: (...said) => console.error(...said.map(text))
    })
  })
