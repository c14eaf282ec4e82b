import { Effect } from "effect"
import * as Refusal from "../DiscordError.ts"
import type { DiscordError } from "../DiscordError.ts"
import type { Channel } from "../Model.ts"
import type { State } from "../State.ts"

/** The channel, if the bot may do this in it. */
export const channelFor = (
  { world }: State,
  id: string,
  purpose: "read" | "send"
): Effect.Effect<Channel, DiscordError> =>
  Effect.gen(function* () {
    const channel = world.channels.get(id)
    if (!channel) return yield* Refusal.unknownChannel()
    if (channel.kind === "dm") {
      const person = world.users.get(channel.recipientId ?? "")
      if (purpose === "send" && (!person || !world.shareGuild(person.id)))
        return yield* Refusal.noMutualGuilds()
      if (purpose === "send" && person && (!person.dmsOpen || person.bot)) return yield* Refusal.dmsClosed()
      return channel
    }
    if (!world.guilds.has(channel.guildId ?? "") || channel.botAccess === "hidden")
      return yield* Refusal.missingAccess()
    if (purpose === "send" && channel.botAccess === "readOnly") return yield* Refusal.missingPermissions()
    return channel
  })
