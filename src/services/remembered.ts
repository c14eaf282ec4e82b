import { Deferred, Duration, Effect, Exit, FiberId } from "effect"
import type { Clock } from "effect"
import { LRUCache } from "lru-cache"
import { unsafeMonotonicMillis } from "../context/monotonic.ts"

export interface Memory<Key, A, E> {
  readonly lookUp: (key: Key) => Effect.Effect<A, E>
  readonly keyOf: (key: Key) => string
  readonly freshFor: Duration.Duration
  /** What all that is remembered may weigh; what was asked for least lately goes first. */
  readonly mostBytes: number
  readonly bytesOf: (value: A) => number
  /** Of successes, those that are remembered; all, unless told otherwise. */
  readonly keeps?: (value: A) => boolean
}

/**
 * Asks, unless the answer is remembered. Equal look-ups in flight are one; a success is remembered for a while, a failure
 * never. A look-up outlives whoever began it, since others may wait for it too: it needs an end of its own.
 */
export const remembered = <Key, A extends {}, E>(
  memory: Memory<Key, A, E>
): Effect.Effect<(key: Key) => Effect.Effect<A, E>> =>
  Effect.map(Effect.clock, clock => {
    const { bytesOf, freshFor, keeps = () => true, keyOf, lookUp, mostBytes } = memory
    const known = new LRUCache<string, A>({
      maxSize: mostBytes,
      sizeCalculation: (value, key) => Math.max(1, Math.ceil(bytesOf(value))) + 2 * key.length + entryBytes,
      // the library keeps what is exactly as old as it may be
      ttl: Duration.toMillis(freshFor) - 1,
      ttlAutopurge: true,
      ttlResolution: 0,
      perf: { now: sinceStart(clock) }
    })
    const inFlight = new Map<string, Deferred.Deferred<A, E>>()

    const begin = (key: Key, name: string) =>
      Effect.uninterruptibleMask(restore => {
        const answer = Deferred.unsafeMake<A, E>(FiberId.none)
        inFlight.set(name, answer)
        const ended = (exit: Exit.Exit<A, E>) =>
          Effect.sync(() => {
            inFlight.delete(name)
            if (Exit.isSuccess(exit) && keeps(exit.value)) known.set(name, exit.value)
            Deferred.unsafeDone(answer, exit)
          })
        const work = Effect.flatMap(Effect.exit(Effect.interruptible(lookUp(key))), ended)
        return Effect.zipRight(Effect.forkDaemon(work), restore(Deferred.await(answer)))
      })

    return key =>
      Effect.suspend(() => {
        const name = keyOf(key)
        const value = known.get(name)
        if (value !== undefined) return Effect.succeed(value)
        const running = inFlight.get(name)
        return running === undefined ? begin(key, name) : Deferred.await(running)
      })
  })

/** What an entry costs besides its key and its value, in bytes. */
const entryBytes = 200

/** Never zero, by which the library means that it does not know. */
const sinceStart = (clock: Clock.Clock): (() => number) => {
  const start = unsafeMonotonicMillis(clock)
  return () => 1 + unsafeMonotonicMillis(clock) - start
}
