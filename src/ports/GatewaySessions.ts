import { Context, Schema } from "effect"
import type { Effect, Option } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What Discord needs to hear from a shard that comes back. Worth nothing without the bot token. */
export const GatewaySession = Schema.Struct({
  shardId: Schema.NonNegativeInt,
  /** A session belongs to one number of shards; with another number it cannot be resumed. */
  shardCount: Schema.Positive.pipe(Schema.int()),
  sessionId: Schema.NonEmptyString,
  resumeUrl: Schema.NonEmptyString,
  /** The last event that was handed to a handler: Discord replays what came after it. */
  sequence: Schema.NonNegativeInt
})
export type GatewaySession = typeof GatewaySession.Type

/**
 * The gateway's sessions, one a shard, so that a restart resumes where the last process stopped. Without them
 * the gateway still works: it identifies anew.
 */
export class GatewaySessions extends Context.Tag("mochi/ports/GatewaySessions")<
  GatewaySessions,
  {
    /** `bot` is any word that another bot has not: what one began no other can resume. */
    readonly load: (
      bot: string,
      shardId: number
    ) => Effect.Effect<Option.Option<GatewaySession>, StoreUnavailable>
    /** Overwrites the shard's session, whosever it was; `null` forgets it. */
    readonly save: (
      bot: string,
      shardId: number,
      session: GatewaySession | null
    ) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
