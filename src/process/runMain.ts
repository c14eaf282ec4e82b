import { Effect } from "effect"
import type { Exit } from "effect"
import { onSignal } from "./signals.ts"

interface Ending<A, E> {
  /** The exit code if the work ended by itself. */
  readonly ended: (exit: Exit.Exit<A, E>) => number
  /** The exit code after a signal. */
  readonly signalled: () => number
  /** Milliseconds from the first signal until the process exits, even if the work has not ended by then. */
  readonly endsWithin?: number
}

/** The service promises to be gone ten seconds after the first signal. */
const serviceEndsWithin = 9_500

/**
 * Runs the work of this process, and ends the process with it. The first signal interrupts the work; later ones change
 * nothing.
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
