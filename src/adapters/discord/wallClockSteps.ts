import type { REST } from "@discordjs/rest"

/** Milliseconds: what clocks are slewed by, unnoticed, adds up to less for weeks. */
const smallestStep = 500

/**
 * The package keeps the ends of rate limits as readings of the wall clock: were that set back by an hour, it would wait
 * for an hour. Each call moves them by what the clock was set since the last one, and says whether it was.
 */
export const followWallClock = (limiters: Iterable<REST>): (() => boolean) => {
  let offset = Date.now() - performance.now()
  return () => {
    const step = Date.now() - performance.now() - offset
    if (Math.abs(step) < smallestStep) return false
    offset += step
    for (const limiter of limiters) {
      limiter.globalReset += step
      for (const handler of limiter.handlers.values()) {
        const reset: unknown = Reflect.get(handler, "reset")
        if (typeof reset === "number") Reflect.set(handler, "reset", reset + step)
      }
    }
    return true
  }
}
