import { Effect } from "effect"
import type { Exit } from "effect"
import { onSignal } from "./signals.ts"

/** Milliseconds. A process is promised to be gone ten seconds after the first signal, whatever does not end by itself. */
const endsWithin = 9_500

export interface ExitCodes<A, E> {
  readonly ended: (exit: Exit.Exit<A, E>) => number
  readonly signalled: number
}

/**
 * Runs `work` as what this process is there for, and ends the process with it. The first signal interrupts it; the others
 * change nothing.
 */
export const runMain = <A, E>(work: Effect.Effect<A, E>, codes: ExitCodes<A, E>): void => {
  const fiber = Effect.runFork(work)
  const keepAlive = setInterval(() => undefined, 2 ** 31 - 1)
  let signalled = false
  onSignal(() => {
    if (signalled) return
    signalled = true
    setTimeout(() => process.exit(codes.signalled), endsWithin)
    fiber.unsafeInterruptAsFork(fiber.id())
  })
  fiber.addObserver(exit => {
    clearInterval(keepAlive)
    process.exit(signalled ? codes.signalled : codes.ended(exit))
  })
}
