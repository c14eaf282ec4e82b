import { Deferred, Duration, Effect, Exit, FiberId } from "effect"
import type { Clock } from "effect"
import { LRUCache } from "lru-cache"
import { unsafeMonotonicMillis } from "../context/monotonic.ts"

export interface Memory<Key, A, E> {
  readonly lookUp: (key: Key) => Effect.Effect<A, E>
  readonly keyOf: (key: Key) => string
  readonly freshFor: Duration.Duration
  /** What all remembered answers may weigh together; the least recently used goes first. */
  readonly mostBytes: number
  readonly bytesOf: (value: A) => number
  /** The successes that are remembered; all if left out. */
  readonly keeps?: (value: A) => boolean
}

/**
 * Looks up, unless it remembers the answer: a success for a while, a failure never. Equal look-ups in flight are one. A
 * look-up goes on when its first caller is gone, since other callers may wait for it: give it a timeout of its own.
 */
export const remembered = <Key, A extends {}, E>(
  memory: Memory<Key, A, E>
): Effect.Effect<(key: Key) => Effect.Effect<A, E>> =>
  Effect.map(Effect.clock, clock => {
    const { bytesOf, freshFor, keeps = () => true, keyOf, lookUp, mostBytes } = memory
    const answers = new LRUCache<string, A>({
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
            if (Exit.isSuccess(exit) && keeps(exit.value)) answers.set(name, exit.value)
            Deferred.unsafeDone(answer, exit)
          })
        const work = Effect.flatMap(Effect.exit(Effect.interruptible(lookUp(key))), ended)
        return Effect.zipRight(Effect.forkDaemon(work), restore(Deferred.await(answer)))
      })

    return key =>
      Effect.suspend(() => {
        const name = keyOf(key)
        const value = answers.get(name)
        if (value !== undefined) return Effect.succeed(value)
        const running = inFlight.get(name)
        return running === undefined ? begin(key, name) : Deferred.await(running)
      })
  })

/** What an entry costs besides its key and its value, in bytes. */
export const entryBytes = 200

/** Never zero: the library would take that for a time that it does not know. */
export const sinceStart = (clock: Clock.Clock): (() => number) => {
  const start = unsafeMonotonicMillis(clock)
  return () => 1 + unsafeMonotonicMillis(clock) - start
}
