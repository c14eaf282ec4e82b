import { Duration } from "effect"

const first = Duration.seconds(1)
const longest = Duration.hours(1)

/** A job that still fails after this is given up. */
export const deliveryPatience = Duration.hours(24)

/** Twice as long after each failure, from a second or two to an hour; `random` (0 to 1) keeps crowds apart. */
export const deliveryDelay = (failuresBefore: number, random: number): Duration.Duration =>
  Duration.min(Duration.times(first, 2 ** Math.min(failuresBefore, 16) * (1 + random)), longest)
