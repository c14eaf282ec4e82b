/** How a process is asked to end: by an orchestrator, by Ctrl-C, by a terminal that closes. */
const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const

let answer: () => void
const heard = () => answer()

/**
 * From now on a signal calls `end`, and nothing else. It may come any number of times: npm hands on to its child what a
 * terminal sends to both. Imports nothing, so that it can be the first thing that a process loads.
 *
 * One listener stays from the first call on: a signal that comes while code is being loaded waits to be delivered, and
 * Node forgets it when a signal is without a listener for a moment.
 */
export const onSignal = (end: () => void): void => {
  answer = end
  for (const signal of signals) {
    const before = process.listeners(signal)
    if (!before.includes(heard)) process.on(signal, heard)
    for (const listener of before) if (listener !== heard) process.off(signal, listener)
  }
}
