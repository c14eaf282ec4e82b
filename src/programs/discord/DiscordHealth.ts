import { Effect, Layer, Metric, Option, Schedule, Stream } from "effect"
import { inStep } from "../../context/inStep.ts"
import { GatewayConnection } from "../../ports/GatewayConnection.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { Messenger } from "../../ports/Messenger.ts"
import { discordGatewayUp, discordGuilds } from "../../telemetry/metrics.ts"
import { Readiness } from "../../ports/Readiness.ts"
import type { CheckState } from "../../ports/Readiness.ts"

/** If interactions come over the gateway: as ready as the gateway is, or on standby while another process holds it. */
export const layerGateway = Layer.scopedDiscard(
  Effect.gen(function* () {
    const connection = yield* GatewayConnection
    const leadership = yield* Leadership
    const readiness = yield* Readiness

    const look = Effect.gen(function* () {
      const standing = yield* leadership.standing("gateway")
      const state = standing === "standby" ? "standby" : checkOf[yield* connection.state.get]
      yield* readiness.set("discord", state)
      yield* Metric.set(discordGatewayUp, state === "ok" ? 1 : 0)
    })
    yield* Effect.forkScoped(Stream.runForEach(connection.state.changes, () => look))
    // For the standing, which nobody announces.
    yield* Effect.forkScoped(inStep("1 second", look))
    yield* countGuilds
  })
)

/** If Discord posts interactions to us: ready while its REST interface answers. */
export const layerHttp = Layer.scopedDiscard(
  Effect.gen(function* () {
    const messenger = yield* Messenger
    const readiness = yield* Readiness
    const look = Effect.gen(function* () {
      const isUp = Option.isSome(yield* Effect.option(Effect.timeout(messenger.communities, "5 seconds")))
      yield* readiness.set("discord", isUp ? "ok" : "down")
      yield* Metric.set(discordGatewayUp, isUp ? 1 : 0)
    })
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("15 seconds")))
    yield* countGuilds
  })
)

const checkOf = { ready: "ok", connecting: "starting", down: "down" } satisfies Record<string, CheckState>

/** Discord itself counts, about an hour behind: that needs no cache and no gateway intent. */
const countGuilds = Effect.gen(function* () {
  const messenger = yield* Messenger
  const count = Effect.flatMap(messenger.communities, communities => Metric.set(discordGuilds, communities))
  yield* Effect.forkScoped(Effect.repeat(Effect.ignore(count), Schedule.spaced("10 minutes")))
})
