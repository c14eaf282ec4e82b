/** The signals by which an orchestrator, Ctrl-C or a closing terminal asks a process to end. */
const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const

let answer: () => void
const listener = () => answer()

/**
 * From now on a signal calls `end`, and nothing else. It may come any number of times: npm passes a signal on to its child,
 * though the terminal sends it to both. Imports nothing, so that it can be the first thing that a process loads.
 *
 * One listener stays from the first call on: a signal that comes while Node loads code waits for its delivery, and Node
 * forgets it if the signal has no listener for a moment.
 */
export const onSignal = (end: () => void): void => {
  answer = end
  for (const signal of signals) {
    const before = process.listeners(signal)
    if (!before.includes(listener)) process.on(signal, listener)
    for (const other of before) if (other !== listener) process.off(signal, other)
  }
}
