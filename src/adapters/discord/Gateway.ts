import { DiscordGateway } from "dfx/DiscordGateway"
import { DiscordREST } from "dfx/DiscordREST"
import { Context, Duration, Effect, Layer, Metric, SubscriptionRef } from "effect"
import { Settings } from "../../config/Settings.ts"
import { inStep } from "../../context/inStep.ts"
import { GatewayConnection, type GatewayFatal, type GatewayState } from "../../ports/GatewayConnection.ts"
import { GatewaySessions } from "../../ports/GatewaySessions.ts"
import { botOf } from "./botOf.ts"
import * as DispatchHub from "./DispatchHub.ts"
import * as GatewayAddress from "./GatewayAddress.ts"
import * as GatewayLink from "./GatewayLink.ts"
import * as IdentifyThrottle from "./IdentifyThrottle.ts"
import type { DiscordFailure } from "./RestErrors.ts"
import * as ShardSessions from "./ShardSessions.ts"

const lastSaveWithin = Duration.seconds(2)
const longestPauseMillis = 30_000

interface GatewayOptions {
  /** The gateway reconnects a shard that is silent for this long. Heartbeats come every 41 s. */
  readonly patience: Duration.DurationInput
  /** After a crash Discord replays the events since the last save. */
  readonly saveEvery: Duration.DurationInput
}

const drops = Metric.counter("discord.gateway.drops", {
  description: "Times that the bot gave up the connections of all shards and connected again, by reason",
  incremental: true
})

export const layerWith = (
  options: GatewayOptions
): Layer.Layer<DiscordGateway | GatewayConnection, never, DiscordREST | Settings | GatewaySessions> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { discord } = yield* Settings
      const rest = yield* DiscordREST
      const hub = yield* DispatchHub.make
      const throttle = yield* IdentifyThrottle.make
      const sessions = yield* ShardSessions.make(yield* GatewaySessions, botOf(discord.token))
      const state = yield* SubscriptionRef.make<GatewayState>("down")
      const alone = yield* Effect.makeSemaphore(1)
      // Starts the series at 0, so that the first drop counts as an increase.
      yield* Metric.incrementBy(Metric.tagged(drops, "reason", "unreachable"), 0)

      const link = (onReady: () => void) =>
        Effect.gen(function* () {
          yield* SubscriptionRef.set(state, "connecting")
          const address = yield* Effect.provideService(GatewayAddress.read, DiscordREST, rest)
          yield* sessions.prepare(address)
          yield* budget(address, sessions.missing())
          throttle.configure(address.session_start_limit.max_concurrency)
          return yield* GatewayLink.run({
            token: discord.token,
            address,
            hub,
            sessions,
            throttle,
            patience: Duration.decode(options.patience),
            onShards: (ready, total) => {
              if (ready === total) onReady()
              return SubscriptionRef.set(state, ready === total ? "ready" : "connecting")
            }
          })
        })

      const hold = Effect.gen(function* () {
        yield* hub.firstSubscription
        // Another process may have held the gateway since: the store is newer than this memory.
        sessions.forgetAll()
        yield* Effect.forkScoped(inStep(options.saveEvery, sessions.save))
        return yield* keepTrying(link, state)
      }).pipe(
        Effect.scoped,
        Effect.ensuring(Effect.zipRight(SubscriptionRef.set(state, "down"), lastSave(sessions))),
        alone.withPermits(1)
      )

      return Context.make(DiscordGateway, hub.gateway).pipe(Context.add(GatewayConnection, { hold, state }))
    })
  )

export const layer = layerWith({ patience: "60 seconds", saveEvery: "5 seconds" })

type LinkEnd = GatewayFatal | GatewayLink.LinkDropped | DiscordFailure

const keepTrying = (
  link: (onReady: () => void) => Effect.Effect<never, LinkEnd>,
  state: SubscriptionRef.SubscriptionRef<GatewayState>
): Effect.Effect<never, GatewayFatal> =>
  Effect.gen(function* () {
    let failures = 0
    while (true) {
      let wasReady = false
      const end = yield* Effect.flip(
        link(() => {
          wasReady = true
        })
      )
      if (end._tag === "GatewayFatal") return yield* end
      failures = wasReady ? 0 : failures + 1
      yield* SubscriptionRef.set(state, "down")
      const reason = end._tag === "LinkDropped" ? end.reason : "unreachable"
      const pause = pauseAfter(failures)
      yield* Effect.logWarning("gateway_dropped").pipe(
        Effect.annotateLogs({ reason, again_in_ms: Duration.toMillis(pause) })
      )
      yield* Metric.increment(Metric.tagged(drops, "reason", reason))
      yield* Effect.sleep(pause)
    }
  })

/** A store that hangs must not keep the process from ending. */
const lastSave = (sessions: ShardSessions.ShardSessions) =>
  sessions.save.pipe(Effect.interruptible, Effect.disconnect, Effect.timeoutOption(lastSaveWithin))

const pauseAfter = (failures: number): Duration.Duration =>
  Duration.millis(Math.min(longestPauseMillis, 250 * 2 ** failures) * (0.5 + Math.random() / 2))

/** Discord resets the bot's token after one identify too many, so this waits for the next window if too few are left. */
const budget = (address: GatewayAddress.GatewayAddress, identifies: number): Effect.Effect<void> => {
  const { remaining, reset_after: resetAfter } = address.session_start_limit
  return identifies <= remaining
    ? Effect.void
    : Effect.logWarning("gateway_identifies_spent").pipe(
        Effect.annotateLogs({ identifies, remaining, reset_after_ms: resetAfter }),
        Effect.zipRight(Effect.sleep(resetAfter))
      )
}
