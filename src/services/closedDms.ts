import { Duration, Effect } from "effect"
import type { UserId } from "../domain/Ids.ts"
import { monotonicMillis } from "../context/monotonic.ts"

/** A person who opens their direct messages again gets them after this time, or earlier if a message has no other way. */
const rememberedFor = Duration.minutes(5)

/** One refusal may be over in a moment: the pointer may lead its reader to open their direct messages. */
const refusalsBelieved = 2

/** Of more people, the bot forgets the one whose refusal is the oldest, and tries their direct messages again. */
const rememberedAtMost = 10_000

/**
 * The people whose direct messages were closed several times lately. Discord counts refusals, and shuts out a bot that
 * collects 10,000 of them within ten minutes. One process sends, so that its memory is enough.
 */
export const makeClosedDms = Effect.sync(() => {
  /** By person; the latest refusal stands last. */
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
