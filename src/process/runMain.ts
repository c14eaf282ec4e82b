import { Effect } from "effect"
import type { Exit } from "effect"
import { onSignal } from "./signals.ts"

export interface Ending<A, E> {
  /** The exit code of work that ended by itself. */
  readonly ended: (exit: Exit.Exit<A, E>) => number
  /** The exit code after a signal. */
  readonly signalled: () => number
  /** Milliseconds from the first signal after which the process is gone, whatever does not end by itself. */
  readonly endsWithin?: number
}

/** The service is promised to be gone ten seconds after the first signal. */
const serviceEndsWithin = 9_500

/**
 * Runs `work` as what this process is there for, and ends the process with it. The first signal interrupts it; the others
 * change nothing.
 */
export const runMain = <A, E>(
  work: Effect.Effect<A, E>,
  { ended, endsWithin = serviceEndsWithin, signalled }: Ending<A, E>
): void => {
  const fiber = Effect.runFork(work)
  const keepAlive = setInterval(() => undefined, 2 ** 31 - 1)
  let isSignalled = false
  onSignal(() => {
    if (isSignalled) return
    isSignalled = true
    setTimeout(() => process.exit(signalled()), endsWithin)
    fiber.unsafeInterruptAsFork(fiber.id())
  })
  fiber.addObserver(exit => {
    clearInterval(keepAlive)
    process.exit(isSignalled ? signalled() : ended(exit))
  })
}
