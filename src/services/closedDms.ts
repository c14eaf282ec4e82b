import { Duration, Effect } from "effect"
import type { UserId } from "../domain/Ids.ts"
import { monotonicMillis } from "../context/monotonic.ts"

/** Whoever opens their direct messages again hears by them after so long, or by a message that had no other way. */
const rememberedFor = Duration.minutes(5)

/** One refusal may be over in a moment: whoever reads the pointer may open their direct messages because of it. */
const refusalsBelieved = 2

/** Of more persons the one refused longest ago is forgotten, and asked again. */
const rememberedAtMost = 10_000

/**
 * Whose direct messages were found closed again and again just now. Discord counts refusals, and shuts out whoever collects
 * 10,000 of them within ten minutes. One process sends, so that its memory is enough.
 */
export const makeClosedDms = Effect.sync(() => {
  /** By person; whoever was refused last stands last. */
  const refusals = new Map<UserId, { readonly count: number; readonly until: number }>()

  const lately = (user: UserId, now: number): number => {
    const found = refusals.get(user)
    return found !== undefined && now < found.until ? found.count : 0
  }

  const refused = (user: UserId) =>
    Effect.map(monotonicMillis, now => {
      const count = lately(user, now) + 1
      refusals.delete(user)
      const [longestAgo] = refusals.keys()
      if (refusals.size >= rememberedAtMost && longestAgo !== undefined) refusals.delete(longestAgo)
      refusals.set(user, { count, until: now + Duration.toMillis(rememberedFor) })
    })

  const reached = (user: UserId) =>
    Effect.sync(() => {
      refusals.delete(user)
    })

  const has = (user: UserId) => Effect.map(monotonicMillis, now => lately(user, now) >= refusalsBelieved)

  return { refused, reached, has }
})
