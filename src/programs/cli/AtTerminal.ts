import { Context, Effect } from "effect"
import { createInterface } from "node:readline"

export interface Asking {
  /** Somebody may be there: the input is a terminal. */
  readonly canAsk: boolean
  /** The line that was typed; empty at the end of the input. */
  readonly ask: (question: string) => Effect.Effect<string>
}

/** Who runs a command. What is asked goes to stderr: data alone goes to stdout. */
export class AtTerminal extends Context.Reference<AtTerminal>()("mochi/programs/cli/AtTerminal", {
  defaultValue: (): Asking => ({
    canAsk: process.stdin.isTTY === true,
    ask: question =>
      Effect.async(resume => {
        const lines = createInterface({ input: process.stdin, output: process.stderr })
        let typed = ""
        lines.once("close", () => resume(Effect.succeed(typed)))
        lines.question(question, line => {
          typed = line
          lines.close()
        })
        return Effect.sync(() => lines.close())
      })
  })
}) {}

/** Whether somebody at the terminal says yes; where nobody can be asked, whoever wrote the call has decided. */
export const confirmed = (question: string): Effect.Effect<boolean> =>
  Effect.flatMap(AtTerminal, ({ ask, canAsk }) =>
    canAsk
      ? Effect.map(ask(`${question} [y/N] `), line => /^y(es)?$/i.test(line.trim()))
      : Effect.succeed(true)
  )
