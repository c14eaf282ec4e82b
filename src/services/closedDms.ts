import { Duration, Effect } from "effect"
import type { DiscordUserId } from "../domain/Ids.ts"
import { monotonicMillis } from "../ports/monotonic.ts"

/** Whoever opens their direct messages again hears by them after so long, or by a message that had no other way. */
const rememberedFor = Duration.minutes(5)

/** Of more persons the one asked longest ago is forgotten, and asked again. */
const rememberedAtMost = 10_000

/**
 * Whose direct messages were found closed a moment ago. Discord counts refusals, and shuts out whoever collects 10,000 of
 * them within ten minutes. One process sends, so that its memory is enough.
 */
export const makeClosedDms = Effect.sync(() => {
  /** Until when, by person; whoever was found closed last stands last. */
  const closedUntil = new Map<DiscordUserId, number>()

  const remember = (user: DiscordUserId) =>
    Effect.map(monotonicMillis, now => {
      closedUntil.delete(user)
      const [longestAgo] = closedUntil.keys()
      if (closedUntil.size >= rememberedAtMost && longestAgo !== undefined) closedUntil.delete(longestAgo)
      closedUntil.set(user, now + Duration.toMillis(rememberedFor))
    })

  const forget = (user: DiscordUserId) =>
    Effect.sync(() => {
      closedUntil.delete(user)
    })

  const has = (user: DiscordUserId) =>
    Effect.map(monotonicMillis, now => {
      const until = closedUntil.get(user)
      return until !== undefined && now < until
    })

  return { remember, forget, has }
})
