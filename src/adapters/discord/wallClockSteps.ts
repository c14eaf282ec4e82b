import type { REST } from "@discordjs/rest"

/** Milliseconds: the gradual corrections of a clock add up to less for weeks. */
const smallestStep = 500

/**
 * The package stores the ends of rate limits as wall clock times: if somebody set the clock back by an hour, it would wait
 * for an hour. Each call moves these ends by the clock's step since the last call, and returns whether there was one.
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
