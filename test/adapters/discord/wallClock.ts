import { type Clock, Effect } from "effect"

/** The test's clock with a wall clock beside it that can be set; what moves forward steadily is not touched. */
export const settableWallClock = Effect.map(Effect.clock, clock => {
  let set = 0
  const wall: Clock.Clock = {
    ...clock,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + set,
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
    currentTimeMillis: Effect.map(clock.currentTimeMillis, now => now + set),
    currentTimeNanos: clock.currentTimeNanos,
    sleep: duration => clock.sleep(duration)
  }
  return {
    clock: wall,
    setBy: (millis: number) => {
      set += millis
    }
  }
})
