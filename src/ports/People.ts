import { Context } from "effect"
import type { Effect, Option } from "effect"
import type { ChannelId, DiscordApplicationId, DiscordUserId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What is kept of a person between interactions. */
export class People extends Context.Tag("mochi/ports/People")<
  People,
  {
    /** The DM channel that this bot once opened: Discord counts openings. */
    readonly dmChannel: (
      id: DiscordUserId,
      application: DiscordApplicationId
    ) => Effect.Effect<Option.Option<ChannelId>, StoreUnavailable>
    readonly rememberDmChannel: (
      id: DiscordUserId,
      channel: ChannelId,
      application: DiscordApplicationId
    ) => Effect.Effect<void, StoreUnavailable>
    /** Unless another was opened meanwhile. */
    readonly forgetDmChannel: (id: DiscordUserId, channel: ChannelId) => Effect.Effect<void, StoreUnavailable>
    /** Whether the person wants "kudos received" and "status changed"; true until they say otherwise. */
    readonly wantsNotifications: (id: DiscordUserId) => Effect.Effect<boolean, StoreUnavailable>
    readonly chooseNotifications: (
      id: DiscordUserId,
      wanted: boolean
    ) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
