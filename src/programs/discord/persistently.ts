import { Duration, Effect, Option, Random } from "effect"
import { monotonicMillis } from "../../context/monotonic.ts"

const firstPause = Duration.millis(250)
const longestPause = Duration.seconds(15)

/**
 * Tries again with a doubling, jittered backoff until the work succeeds, or until `requestedPause` is none, which stands for a
 * refusal that will stay. It never tries before the time that the failure asked for, nor past `patience`: if the next pause
 * would end later, it fails at once.
 */
export const persistently =
  <E>(requestedPause: (error: E) => Option.Option<Duration.Duration>, patience: Duration.Duration) =>
  <A, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(monotonicMillis, since => {
      const attempt = (triesBefore: number): Effect.Effect<A, E, R> =>
        Effect.catchAll(work, error =>
          Option.match(requestedPause(error), {
            onNone: () => Effect.fail(error),
            onSome: asked =>
              Effect.gen(function* () {
                const pause = Duration.max(asked, yield* pauseAfter(triesBefore))
                const passed = Duration.millis((yield* monotonicMillis) - since)
                if (Duration.greaterThan(Duration.sum(passed, pause), patience))
                  return yield* Effect.fail(error)
                yield* Effect.sleep(pause)
                return yield* attempt(triesBefore + 1)
              })
          })
        )
      return attempt(0)
    })

/** In whole milliseconds. */
const pauseAfter = (triesBefore: number): Effect.Effect<Duration.Duration> =>
  Effect.map(Random.next, random => {
    const grown = Duration.times(firstPause, 2 ** Math.min(triesBefore, 16))
    const jittered = Duration.times(Duration.min(grown, longestPause), 0.5 + random / 2)
    return Duration.millis(Math.ceil(Duration.toMillis(jittered)))
  })
