import { Console } from "effect"
import type { Effect } from "effect"

/**
 * Colors are for terminals, and for people who want them: https://no-color.org. `NO_COLOR` is the person's wish and no
 * setting of the service: the command line follows it before it reads any setting, and also if the settings are faulty.
 */
export const hasColors = (): boolean => process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined

/** Changes each text that the work prints, to stdout and to stderr. */
export const rewritten =
  (change: (text: string) => string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Console.consoleWith(console => {
      const changed = (texts: ReadonlyArray<unknown>) =>
        texts.map(part => (typeof part === "string" ? change(part) : part))
      return Console.withConsole(work, {
        ...console,
        log: (...texts) => console.log(...changed(texts)),
        error: (...texts) => console.error(...changed(texts))
      })
    })
