import { Duration, Effect, Layer, Option, Ref } from "effect"
import { Liveness } from "../../ports/Liveness.ts"
import { monotonicMillis } from "../../context/monotonic.ts"

const longestPause = Duration.minutes(1)

export const layer: Layer.Layer<Liveness> = Layer.effect(
  Liveness,
  Effect.map(Ref.make(Option.none<number>()), last => ({
    progressed: Effect.flatMap(monotonicMillis, now => Ref.set(last, Option.some(now))),
    isAlive: Effect.zipWith(Ref.get(last), monotonicMillis, (at, now) =>
      Option.match(at, {
        onNone: () => true,
        onSome: progressed => now - progressed < Duration.toMillis(longestPause)
      })
    )
  }))
)
