import { Context } from "effect"
import type { Effect, Option } from "effect"
import type { ChannelId, BotId, UserId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What the bot remembers about a person between interactions. */
export class People extends Context.Tag("mochi/ports/People")<
  People,
  {
    /** The DM channel that this bot opened before: Discord limits openings. */
    readonly dmChannel: (
      id: UserId,
      application: BotId
    ) => Effect.Effect<Option.Option<ChannelId>, StoreUnavailable>
    readonly rememberDmChannel: (
      id: UserId,
      channel: ChannelId,
      application: BotId
    ) => Effect.Effect<void, StoreUnavailable>
    /** Unless the store has another channel by now. */
    readonly forgetDmChannel: (id: UserId, channel: ChannelId) => Effect.Effect<void, StoreUnavailable>
    /** Whether the person wants "kudos received" and "status changed"; true until they say otherwise. */
    readonly wantsNotifications: (id: UserId) => Effect.Effect<boolean, StoreUnavailable>
    readonly chooseNotifications: (id: UserId, wanted: boolean) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
