import { Context } from "effect"
import type { Effect, Option } from "effect"
import type { ChannelId, DiscordUserId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** What is kept of a person between interactions. */
export class People extends Context.Tag("mochi/ports/People")<
  People,
  {
    /** The DM channel, once opened: Discord counts openings. */
    readonly dmChannel: (id: DiscordUserId) => Effect.Effect<Option.Option<ChannelId>, StoreUnavailable>
    readonly rememberDmChannel: (
      id: DiscordUserId,
      channel: ChannelId
    ) => Effect.Effect<void, StoreUnavailable>
    /** Whether the person wants "kudos received" and "status changed"; true until they say otherwise. */
    readonly wantsNotifications: (id: DiscordUserId) => Effect.Effect<boolean, StoreUnavailable>
    readonly chooseNotifications: (
      id: DiscordUserId,
      wanted: boolean
    ) => Effect.Effect<void, StoreUnavailable>
  }
>() {}
