import { Context, Schema } from "effect"
import type { Effect, Option } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** A shard needs this to resume its session. Worth nothing without the bot token. */
export const GatewaySession = Schema.Struct({
  shardId: Schema.NonNegativeInt,
  /** A session belongs to one number of shards; with another number the bot cannot resume it. */
  shardCount: Schema.Positive.pipe(Schema.int()),
  sessionId: Schema.NonEmptyString,
  resumeUrl: Schema.NonEmptyString,
  /** The last event that a handler took: Discord replays later ones. */
  sequence: Schema.NonNegativeInt
})
export type GatewaySession = typeof GatewaySession.Type

/**
 * The gateway's sessions, one per shard, so that a restart resumes where the last process stopped. Without them the
 * gateway still works: it identifies again.
 */
export class GatewaySessions extends Context.Tag("mochi/ports/GatewaySessions")<
  GatewaySessions,
  {
    /** `bot` is any word unique to the bot: no bot can resume the session of another. */
    readonly load: (
      bot: string,
      shardId: number
    ) => Effect.Effect<Option.Option<GatewaySession>, StoreUnavailable>
    /** Overwrites the shard's session, even another bot's; `null` forgets it. */
    readonly save: (
      bot: string,
      shardId: number,
      session: GatewaySession | null
    ) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
