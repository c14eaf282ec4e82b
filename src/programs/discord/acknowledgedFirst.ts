import { Duration, Effect } from "effect"

/** Longer than it takes to acknowledge hundreds; no answer waits longer for the acknowledgements of others. */
const othersFirst = Duration.millis(250)

/**
 * Everybody is acknowledged before anybody's work begins: with hundreds at once, the work for the first would keep the last
 * from their acknowledgement.
 */
export const makeAcknowledgedFirst = Effect.sync(() => {
  let awaited = 0
  const waiting = new Set<() => void>()

  /** Somebody waits for an acknowledgement from now on, until the function that this returns is called. */
  const arrived = (): (() => void) => {
    let isOpen = true
    awaited++
    return () => {
      if (!isOpen) return
      isOpen = false
      awaited--
      if (awaited > 0) return
      for (const goOn of waiting) goOn()
      waiting.clear()
    }
  }

  /** Waits until nobody waits for an acknowledgement, for a moment at most. */
  const afterOthers: Effect.Effect<void> = Effect.suspend(() =>
    awaited === 0
      ? Effect.void
      : Effect.async<void>(resume => {
          const goOn = () => resume(Effect.void)
          waiting.add(goOn)
          return Effect.sync(() => waiting.delete(goOn))
        }).pipe(Effect.timeoutOption(othersFirst), Effect.asVoid)
  )

  return { afterOthers, arrived }
})
