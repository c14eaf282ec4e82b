import { WebSocketManager, WebSocketShardEvents } from "@discordjs/ws"
import { Clock, Data, Deferred, Duration, Effect, Redacted, Runtime } from "effect"
import { inStep } from "../../context/inStep.ts"
import type { GatewayFatal } from "../../ports/GatewayConnection.ts"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"
import { meaningOf } from "./closeCodes.ts"
import type { DispatchHub } from "./DispatchHub.ts"
import { type GatewayAddress, FixedAddress } from "./GatewayAddress.ts"
import { ShardGuard } from "./ShardGuard.ts"
import type { IdentifyThrottle } from "./IdentifyThrottle.ts"
import type { ShardSessions } from "./ShardSessions.ts"

/** Milliseconds for a socket to open, and for Discord's HELLO on it. */
const opensWithin = 10_000
const greetsWithin = 10_000

/** The connection is useless; the bot should make a new one, with the same sessions. */
export class LinkDropped extends Data.TaggedError("LinkDropped")<{
  readonly reason: "stalled" | "broken" | "resharding" | "resubscribed"
}> {}

interface LinkOptions {
  readonly token: Redacted.Redacted
  readonly address: GatewayAddress
  readonly hub: DispatchHub
  readonly sessions: ShardSessions
  readonly throttle: IdentifyThrottle
  /** A shard that is silent for this long is lost, whatever its socket says. */
  readonly patience: Duration.Duration
  /** Runs whenever the number of ready shards changes. */
  readonly onShards: (ready: number, total: number) => Effect.Effect<void>
}

/**
 * Keeps all shards connected until that is no longer possible. Its end closes every socket so that Discord keeps the
 * sessions. Single sockets reconnect inside.
 */
export const run = (options: LinkOptions): Effect.Effect<never, GatewayFatal | LinkDropped> =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<never, GatewayFatal | LinkDropped>()
    const link = yield* Effect.acquireRelease(open(options, ended), ({ stop }) =>
      Effect.promise(() => {
        options.sessions.freeze()
        return stop()
      })
    )
    // The promise never settles if Discord refuses a shard for good.
    yield* Effect.forkScoped(
      Effect.tryPromise(() => link.connect()).pipe(
        Effect.catchAll(() => Deferred.fail(ended, new LinkDropped({ reason: "broken" })))
      )
    )
    yield* Effect.forkScoped(link.watch)
    return yield* Deferred.await(ended)
  }).pipe(Effect.scoped)

const open = (options: LinkOptions, ended: Deferred.Deferred<never, GatewayFatal | LinkDropped>) =>
  Effect.gen(function* () {
    const { address, hub, sessions, throttle } = options
    const runtime = yield* Effect.runtime()
    const clock = yield* Clock.clockWith(Effect.succeed)
    const fork = (effect: Effect.Effect<unknown>) => Runtime.runFork(runtime)(effect)
    const ready = new Set<number>()
    const alive = new Map<number, number>()
    const now = () => unsafeMonotonicMillis(clock)
    const markAlive = (shardId: number) => alive.set(shardId, now())
    const drop = (reason: LinkDropped["reason"]) => Deferred.fail(ended, new LinkDropped({ reason }))
    const changed = Effect.suspend(() => options.onShards(ready.size, address.shards))

    let strategy: ShardGuard | undefined
    const manager = new WebSocketManager({
      rest: new FixedAddress(address),
      token: Redacted.value(options.token),
      intents: 0,
      shardCount: address.shards,
      handshakeTimeout: opensWithin,
      helloTimeout: greetsWithin,
      buildIdentifyThrottler: () => throttle,
      buildStrategy: owner => {
        strategy = new ShardGuard(owner, {
          onConnecting: sessions.connecting,
          onBroken: (shardId, error) =>
            fork(
              Effect.logWarning("gateway_frame_unhandled").pipe(
                Effect.annotateLogs({
                  shard: shardId,
                  error: error instanceof Error ? error.name : "unknown"
                }),
                Effect.zipRight(drop("broken"))
              )
            )
        })
        return strategy
      },
      retrieveSessionInfo: sessions.retrieve,
      updateSessionInfo: sessions.update
    })

    const entered = (shardId: number, how: string) => {
      markAlive(shardId)
      ready.add(shardId)
      throttle.answered(shardId)
      sessions.entered(shardId)
      strategy?.connected(shardId)
      fork(
        Effect.logInfo(how).pipe(
          Effect.annotateLogs({ shard: shardId, shards: address.shards }),
          Effect.zipRight(changed),
          Effect.zipRight(sessions.save)
        )
      )
    }
    const left = (code: number, shardId: number) => {
      markAlive(shardId)
      sessions.closed(shardId, code)
      ready.delete(shardId)
      const meaning = meaningOf(code)
      fork(
        Effect.logInfo("gateway_closed").pipe(
          Effect.annotateLogs({ shard: shardId, code }),
          Effect.zipRight(changed),
          Effect.zipRight(
            meaning._tag === "Fatal"
              ? Deferred.fail(ended, meaning.error)
              : meaning._tag === "Reshard"
                ? drop("resharding")
                : Effect.void
          )
        )
      )
    }

    manager
      .on(WebSocketShardEvents.Hello, shardId => {
        markAlive(shardId)
        sessions.greeted(shardId)
      })
      .on(WebSocketShardEvents.Ready, (_, shardId) => entered(shardId, "gateway_ready"))
      .on(WebSocketShardEvents.Resumed, shardId => entered(shardId, "gateway_resumed"))
      .on(WebSocketShardEvents.HeartbeatComplete, (_, shardId) => {
        // Discord answers heartbeats even on a socket whose RESUME it never answers.
        if (ready.has(shardId)) markAlive(shardId)
      })
      .on(WebSocketShardEvents.Dispatch, (payload, shardId) => {
        markAlive(shardId)
        sessions.dispatched(shardId, payload.s, hub.deliver(payload))
      })
      .on(WebSocketShardEvents.Closed, left)
      // Without listeners the emitter would throw these two; the close that follows reports the fault.
      .on(WebSocketShardEvents.Error, () => undefined)
      .on(WebSocketShardEvents.SocketError, () => undefined)

    for (let shardId = 0; shardId < address.shards; shardId++) markAlive(shardId)
    const look = Effect.suspend(() => {
      for (const shardId of alive.keys()) if (throttle.isWaiting(shardId)) markAlive(shardId)
      const oldest = Math.min(...alive.values())
      if (now() - oldest > Duration.toMillis(options.patience)) return drop("stalled")
      return sessions.hasUntaken() && hub.hasSubscribers() ? drop("resubscribed") : Effect.void
    })

    return {
      connect: () => manager.connect(),
      stop: async () => {
        await strategy?.stop()
      },
      watch: inStep(Duration.min(Duration.seconds(1), options.patience), look)
    }
  })
