import { setTimeout as sleep } from "node:timers/promises"

/**
 * Lets callers pass one after the other, `spacing` milliseconds apart. Callers that are late because the process stalled
 * catch up by at most `slack` milliseconds, so that a backlog does not leave all at once.
 */
export const makePace = (spacing: number, slack: number): (() => Promise<void>) => {
  let previous = Promise.resolve()
  let next = Number.NEGATIVE_INFINITY
  const pass = async () => {
    const wait = next - performance.now()
    if (wait > 0) await sleep(wait)
    next = Math.max(next, performance.now() - slack) + spacing
  }
  return () => {
    previous = previous.then(pass)
    return previous
  }
}
