import { Effect, Option } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import { MessengerError } from "../ports/Messenger.ts"
import { monotonicMillis } from "../context/monotonic.ts"

/** Messages that are on their way to one channel, or wait for Discord's limit of it. */
const atOnce = 10

/** Discord takes about one message a second in a channel; those that have to wait come back in turn, at this pace. */
const paceMillis = 1000

const longestWaitMillis = 3_600_000

/**
 * A person to whom many messages go at once must not take all the places: messages beyond what their channel can take soon
 * go back into the queue before their sending begins, and others pass.
 */
export const makeChannelTurns = Effect.sync(() => {
  /** By channel: how many messages are on their way, and the turn of the last that was put back. */
  const channels = new Map<ChannelId, { onTheirWay: number; lastTurn: number }>()

  const enter = (channelId: ChannelId) =>
    Effect.flatMap(monotonicMillis, now => {
      const channel = channels.get(channelId) ?? { onTheirWay: 0, lastTurn: 0 }
      channels.set(channelId, channel)
      if (channel.onTheirWay < atOnce) {
        channel.onTheirWay++
        return Effect.void
      }
      const after = Math.max(channel.lastTurn, now + atOnce * paceMillis)
      channel.lastTurn = Math.min(after + paceMillis, now + longestWaitMillis)
      return Effect.fail(later(channel.lastTurn - now))
    })

  const leave = (channelId: ChannelId) =>
    Effect.map(monotonicMillis, now => {
      const channel = channels.get(channelId)
      if (channel === undefined) return
      channel.onTheirWay--
      if (channel.onTheirWay === 0 && channel.lastTurn <= now) channels.delete(channelId)
    })

  const inTurn = <A, E>(
    channelId: ChannelId,
    work: Effect.Effect<A, E>
  ): Effect.Effect<A, E | MessengerError> =>
    Effect.acquireUseRelease(
      enter(channelId),
      () => work,
      () => leave(channelId)
    )

  return { inTurn }
})

const later = (millis: number) =>
  new MessengerError({
    reason: "RateLimited",
    code: 0,
    retryAfterMillis: Option.some(millis),
    mayHaveHappened: false
  })
