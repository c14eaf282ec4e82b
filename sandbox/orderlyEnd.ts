import { Cause, Console, Effect, Exit } from "effect"
import { runMain } from "../src/process/runMain.ts"

/** Milliseconds: the service has ten seconds to end, and everything else ends after it. */
const endsWithin = 30_000

/**
 * Runs until the work is done or a signal comes. Any number of signals, to this process or to its group, cause one
 * orderly end, which leaves nothing behind. An uncaught exception ends it in the same order,
 * with exit code 1. Otherwise the code is 0, unless the work has set another.
 */
export const runToOrderlyEnd = <E>(work: Effect.Effect<void, E>): void => {
  // A closed terminal makes every write fail.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})
  process.on("uncaughtException", error => {
    console.error(error)
    process.exitCode = 1
    process.kill(process.pid, "SIGTERM")
  })
  const reportingWork = Effect.tapErrorCause(work, cause =>
    Cause.isInterruptedOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause))
  )
  const codeSet = () => Number(process.exitCode ?? 0)
  runMain(reportingWork, {
    ended: exit => (Exit.isFailure(exit) ? 1 : codeSet()),
    signalled: codeSet,
    endsWithin
  })
}
