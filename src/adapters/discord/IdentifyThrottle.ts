import type { IIdentifyThrottler } from "@discordjs/ws"
import { Effect, Runtime } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"

export interface IdentifyThrottle extends IIdentifyThrottler {
  /** How many shards may identify in the same five seconds; Discord says so before each connection. */
  readonly configure: (maxConcurrency: number) => void
  /** Whether the shard waits in the queue. */
  readonly isWaiting: (shardId: number) => boolean
  /** Discord accepted the shard. */
  readonly answered: (shardId: number) => void
}

/** Milliseconds between two identifies of one bucket. */
const WINDOW = 5000
const LONGEST = 5 * 60_000

/**
 * Discord resets the token of a bot that identifies a thousand times a day: so identifies without a READY back off, and a
 * socket that has closed meanwhile sends none. The throttle outlives connections, because Discord's window does.
 */
export const make: Effect.Effect<IdentifyThrottle> = Effect.map(Effect.runtime(), runtime => {
  const buckets = new Map<number, Bucket>()
  const waiting = new Set<number>()
  let concurrency = 1
  const bucketOf = (shardId: number): Bucket => {
    const key = shardId % concurrency
    const existing = buckets.get(key)
    if (existing !== undefined) return existing
    const bucket = { turn: Effect.unsafeMakeSemaphore(1), lastAt: Number.NEGATIVE_INFINITY, unanswered: 0 }
    buckets.set(key, bucket)
    return bucket
  }
  return {
    configure: maxConcurrency => {
      if (maxConcurrency === concurrency) return
      concurrency = maxConcurrency
      buckets.clear()
    },
    answered: shardId => {
      bucketOf(shardId).unanswered = 0
    },
    isWaiting: shardId => waiting.has(shardId),
    waitForIdentify: (shardId, signal) => {
      waiting.add(shardId)
      const turn = Effect.ensuring(
        turnOf(bucketOf(shardId)),
        Effect.sync(() => waiting.delete(shardId))
      )
      return Runtime.runPromise(runtime)(turn, { signal })
    }
  }
})

interface Bucket {
  readonly turn: Effect.Semaphore
  lastAt: number
  unanswered: number
}

const turnOf = (bucket: Bucket): Effect.Effect<void> =>
  bucket.turn.withPermits(1)(
    Effect.gen(function* () {
      const now = yield* monotonicMillis
      const pause = Math.min(LONGEST, WINDOW * 2 ** Math.max(0, bucket.unanswered - 1))
      yield* Effect.sleep(Math.max(0, bucket.lastAt + pause - now))
      bucket.lastAt = yield* monotonicMillis
      bucket.unanswered += 1
    })
  )
