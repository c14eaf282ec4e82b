import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Layer, Metric, Option, Schedule } from "effect"
import { GatewayConnection } from "../../ports/GatewayConnection.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { discordGatewayUp, discordGuilds } from "../../telemetry/metrics.ts"
import { Readiness } from "../../ports/Readiness.ts"
import type { CheckState } from "../../ports/Readiness.ts"

/** Where interactions come over the gateway: ready as it is, or standing by for the process that holds it. */
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
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("250 millis")))
    yield* countGuilds
  })
)

/** Where Discord posts to us: ready while its REST interface answers. */
export const layerHttp = Layer.scopedDiscard(
  Effect.gen(function* () {
    const rest = yield* DiscordREST
    const readiness = yield* Readiness
    const look = Effect.gen(function* () {
      const isUp = Option.isSome(yield* Effect.option(Effect.timeout(rest.getMyApplication(), "5 seconds")))
      yield* readiness.set("discord", isUp ? "ok" : "down")
      yield* Metric.set(discordGatewayUp, isUp ? 1 : 0)
    })
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("15 seconds")))
    yield* countGuilds
  })
)

const checkOf = { ready: "ok", connecting: "starting", down: "down" } satisfies Record<string, CheckState>

/** Discord counts for us, about an hour behind: that needs no cache and no intent. */
const countGuilds = Effect.gen(function* () {
  const rest = yield* DiscordREST
  const count = Effect.flatMap(rest.getMyApplication(), ({ approximate_guild_count }) =>
    Metric.set(discordGuilds, approximate_guild_count ?? 0)
  )
  yield* Effect.forkScoped(Effect.repeat(Effect.ignore(count), Schedule.spaced("10 minutes")))
})
