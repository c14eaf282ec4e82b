import { Cause, Console, Effect, Exit } from "effect"
import { runMain } from "../src/process/runMain.ts"

/** Milliseconds: the service has ten seconds to end, and everything else comes after it. */
const endsWithin = 30_000

/**
 * Runs until it is done, or until a signal: however many come, to this process or to its whole group, they are one
 * orderly end, after which nothing of what it made is left. An exception that nobody caught ends it in the same order,
 * with exit code 1. Code 0 otherwise, unless the work has set another.
 */
export const runToOrderlyEnd = <E>(work: Effect.Effect<void, E>): void => {
  // A closed terminal reads nothing any more.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})
  process.on("uncaughtException", error => {
    console.error(error)
    process.exitCode = 1
    process.kill(process.pid, "SIGTERM")
  })
  const told = Effect.tapErrorCause(work, cause =>
    Cause.isInterruptedOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause))
  )
  const codeSet = () => Number(process.exitCode ?? 0)
  runMain(told, {
    ended: exit => (Exit.isFailure(exit) ? 1 : codeSet()),
    signalled: codeSet,
    endsWithin
  })
}
