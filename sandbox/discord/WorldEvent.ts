import type { Interaction } from "./Interactions.ts"
import type { Channel, Guild, Message } from "./Model.ts"
import type { RequestRecord } from "./Recorder.ts"

/** Everything that happens in the fake, in the order in which it happened. */
export type WorldEvent =
  | { readonly _tag: "GuildAdded"; readonly guild: Guild }
  | { readonly _tag: "GuildRemoved"; readonly guild: Guild }
  | { readonly _tag: "ChannelAdded"; readonly channel: Channel }
  | { readonly _tag: "MessageCreated"; readonly message: Message }
  | { readonly _tag: "MessageUpdated"; readonly message: Message }
  | { readonly _tag: "MessageDeleted"; readonly message: Message }
  | { readonly _tag: "CommandsChanged"; readonly guildId: string | null }
  | { readonly _tag: "InteractionCreated"; readonly interaction: Interaction }
  | { readonly _tag: "InteractionAcked"; readonly interaction: Interaction }
  | { readonly _tag: "InteractionFailed"; readonly interaction: Interaction }
  | { readonly _tag: "RequestDone"; readonly request: RequestRecord }
  | {
      readonly _tag: "RateLimited"
      readonly route: string
      readonly scope: "user" | "global" | "shared"
      readonly retryAfterMs: number
    }
  | { readonly _tag: "GatewayConnected"; readonly resumeUrl: boolean }
  | {
      readonly _tag: "GatewayIdentified"
      readonly sessionId: string
      readonly shard: readonly [number, number]
    }
  | { readonly _tag: "GatewayResumed"; readonly sessionId: string; readonly replayed: number }
  | { readonly _tag: "GatewayClosed"; readonly code: number; readonly sessionId: string | null }
