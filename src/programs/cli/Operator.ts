import { Context, Effect } from "effect"
import { createInterface } from "node:readline"

interface Prompt {
  /** True if the input is a terminal: somebody may be there to answer. */
  readonly canAsk: boolean
  /** The line that the person types; empty at the end of the input. */
  readonly ask: (question: string) => Effect.Effect<string>
}

/** The person who runs a command. Questions go to stderr: stdout is for data alone. */
export class Operator extends Context.Reference<Operator>()("mochi/programs/cli/Operator", {
  defaultValue: (): Prompt => ({
    canAsk: process.stdin.isTTY === true,
    ask: question =>
      Effect.async(resume => {
        const lines = createInterface({ input: process.stdin, output: process.stderr })
        let answer = ""
        lines.once("close", () => resume(Effect.succeed(answer)))
        lines.question(question, line => {
          answer = line
          lines.close()
        })
        return Effect.sync(() => lines.close())
      })
  })
}) {}

/** Whether the operator says yes. Without a terminal nobody is asked: the author of the script has decided already. */
export const confirmed = (question: string): Effect.Effect<boolean> =>
  Effect.flatMap(Operator, ({ ask, canAsk }) =>
    canAsk
      ? Effect.map(ask(`${question} [y/N] `), line => /^y(es)?$/i.test(line.trim()))
      : Effect.succeed(true)
  )
