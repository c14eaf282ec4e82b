import { Console } from "effect"
import type { Effect } from "effect"

/** Colors are for terminals, and for people who want them: https://no-color.org. */
export const hasColors = (): boolean => process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined

/** Changes each text that the work prints, to stdout and to stderr. */
export const rewritten =
  (change: (text: string) => string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Console.consoleWith(console => {
      const changed = (said: ReadonlyArray<unknown>) =>
        said.map(part => (typeof part === "string" ? change(part) : part))
      return Console.withConsole(work, {
        ...console,
        log: (...said) => console.log(...changed(said)),
        error: (...said) => console.error(...changed(said))
      })
    })
