import { setTimeout as sleep } from "node:timers/promises"

/**
 * Lets callers pass one after the other, `spacing` milliseconds apart. Who is late because the process was held up makes
 * up for `slack` milliseconds at most, so that what piled up does not leave all at once.
 */
export const makePace = (spacing: number, slack: number): (() => Promise<void>) => {
  let before = Promise.resolve()
  let next = Number.NEGATIVE_INFINITY
  const pass = async () => {
    const wait = next - performance.now()
    if (wait > 0) await sleep(wait)
    next = Math.max(next, performance.now() - slack) + spacing
  }
  return () => {
    before = before.then(pass)
    return before
  }
}
