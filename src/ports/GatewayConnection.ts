import { Context, Schema } from "effect"
import type { Effect, Subscribable } from "effect"

/**
 * `connecting`: a handshake or a resume is in flight. `ready`: every shard is connected. `down`: this process does not
 * hold the gateway, or the last attempt failed and the process waits for the next one.
 */
export type GatewayState = "connecting" | "ready" | "down"

/** Discord refuses this bot or this configuration: no new attempt can succeed, so the process should end. */
export class GatewayFatal extends Schema.TaggedError<GatewayFatal>()("GatewayFatal", {
  /** Discord's close code, or 401 for a refused token. */
  code: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `Discord refuses the gateway (${this.code}): ${this.reason}`
  }
}

export class GatewayConnection extends Context.Tag("mochi/ports/GatewayConnection")<
  GatewayConnection,
  {
    /**
     * Holds the gateway: waits for the first subscription, connects every shard and keeps them connected.
     * Interrupting it closes the sockets so that Discord keeps the sessions, and stores them. May run again afterwards, but
     * never twice at once: one process holds the gateway.
     */
    readonly hold: Effect.Effect<never, GatewayFatal>
    readonly state: Subscribable.Subscribable<GatewayState>
  }
>() {}
