import type { Gateway } from "./GatewayServer.ts"
import { intents } from "./GatewaySession.ts"
import type { Message, Payload } from "./Model.ts"
import type { State } from "./State.ts"
import { channelPayload, guildCreatePayload, memberPayload, messagePayload } from "./wire.ts"

/** Sends the world's events to the sessions that asked for them; ephemeral messages go to no session. */
export const relayWorld = (state: State, gateway: Pick<Gateway, "dispatch">): (() => void) => {
  const { bus, messages, world } = state

  const eventOf = (message: Message): Payload => {
    const guild = message.guildId === null ? undefined : world.guilds.get(message.guildId)
    const author = world.users.get(message.authorId)
    const { user: _, ...member } = guild && author ? memberPayload(author, guild) : {}
    // Without the privileged intent a bot reads its own messages, those that mention it, and its DMs.
    const legible =
      guild === undefined || author?.id === world.bot.id || message.pings.users.includes(world.bot.id)
    return {
      ...messagePayload(message, world, messages, state.url),
      ...(guild ? { guild_id: guild.id, member } : {}),
      ...(legible ? {} : { content: "", embeds: [], components: [], attachments: [] })
    }
  }
  const tell = (type: string, message: Message, payload: Payload) => {
    if (message.ephemeralFor !== null) return
    gateway.dispatch(
      type,
      message.guildId,
      payload,
      message.guildId === null ? intents.directMessages : intents.guildMessages
    )
  }

  return bus.listen(event => {
    switch (event._tag) {
      case "GuildAdded":
        return gateway.dispatch(
          "GUILD_CREATE",
          event.guild.id,
          guildCreatePayload(event.guild, world),
          intents.guilds
        )
      case "GuildRemoved":
        return gateway.dispatch("GUILD_DELETE", event.guild.id, { id: event.guild.id }, intents.guilds)
      case "ChannelAdded":
        return event.channel.guildId === null
          ? undefined
          : gateway.dispatch(
              "CHANNEL_CREATE",
              event.channel.guildId,
              channelPayload(event.channel, world),
              intents.guilds
            )
      case "MessageCreated":
        return tell("MESSAGE_CREATE", event.message, eventOf(event.message))
      case "MessageUpdated":
        return tell("MESSAGE_UPDATE", event.message, eventOf(event.message))
      case "MessageDeleted": {
        const { channelId, guildId, id } = event.message
        return tell("MESSAGE_DELETE", event.message, {
          id,
          channel_id: channelId,
          ...(guildId === null ? {} : { guild_id: guildId })
        })
      }
      default:
        return undefined
    }
  })
}
