import { numbered } from "./Components.ts"
import { snowflakeTime } from "./Snowflake.ts"
import type { Channel, Guild, Message, Payload, User } from "./Model.ts"
import { messageFlags } from "./Model.ts"
import type { Messages } from "./Messages.ts"
import type { World } from "./World.ts"

/** View, send, embed, attach, read history, mention everyone, use commands. */
export const fullPermissions =
  (1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 16n) | (1n << 17n) | (1n << 31n)
const readPermissions = (1n << 10n) | (1n << 16n)

export const iso = (ms: number) => new Date(ms).toISOString().replace("Z", "000+00:00")

export const userPayload = (user: User): Payload => ({
  id: user.id,
  username: user.username,
  discriminator: user.bot ? "0001" : "0",
  global_name: user.globalName,
  avatar: null,
  public_flags: 0,
  flags: 0,
  primary_guild: null,
  ...(user.bot ? { bot: true } : {})
})

export const memberPayload = (user: User, guild: Guild): Payload => ({
  user: userPayload(user),
  nick: null,
  avatar: null,
  banner: null,
  roles: [],
  joined_at: iso(guild.joinedAt),
  premium_since: null,
  deaf: false,
  mute: false,
  flags: 0,
  pending: false,
  communication_disabled_until: null
})

export const permissionsIn = (channel: Channel): string => {
  switch (channel.botAccess) {
    case "full":
      return fullPermissions.toString()
    case "readOnly":
      return readPermissions.toString()
    case "hidden":
      return "0"
  }
}

export const channelPayload = (channel: Channel, world: World): Payload => {
  if (channel.kind === "dm") {
    const recipient = channel.recipientId === null ? undefined : world.users.get(channel.recipientId)
    return {
      id: channel.id,
      type: 1,
      last_message_id: channel.lastMessageId,
      flags: 0,
      recipients: recipient ? [userPayload(recipient)] : []
    }
  }
  return {
    id: channel.id,
    type: 0,
    guild_id: channel.guildId,
    name: channel.name,
    position: 0,
    flags: 0,
    parent_id: null,
    topic: null,
    nsfw: false,
    rate_limit_per_user: 0,
    last_message_id: channel.lastMessageId,
    permission_overwrites: []
  }
}

export const guildPayload = (guild: Guild): Payload => ({
  id: guild.id,
  name: guild.name,
  icon: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  home_header: null,
  description: null,
  owner_id: guild.ownerId,
  afk_channel_id: null,
  afk_timeout: 300,
  verification_level: 0,
  default_message_notifications: 0,
  explicit_content_filter: 0,
  mfa_level: 0,
  nsfw_level: 0,
  nsfw: false,
  premium_tier: 0,
  premium_subscription_count: 0,
  premium_progress_bar_enabled: false,
  preferred_locale: guild.locale,
  roles: [
    {
      id: guild.id,
      name: "@everyone",
      color: 0,
      colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
      hoist: false,
      position: 0,
      permissions: fullPermissions.toString(),
      managed: false,
      mentionable: false,
      flags: 0,
      icon: null,
      unicode_emoji: null
    }
  ],
  emojis: [],
  stickers: [],
  features: [],
  application_id: null,
  vanity_url_code: null,
  system_channel_id: null,
  system_channel_flags: 0,
  rules_channel_id: null,
  public_updates_channel_id: null,
  safety_alerts_channel_id: null,
  widget_enabled: false,
  widget_channel_id: null,
  region: "deprecated",
  incidents_data: null,
  max_presences: null,
  max_stage_video_channel_users: 50,
  max_video_channel_users: 25,
  max_members: 500000
})

/** The guild with the fields that GUILD_CREATE adds. */
export const guildCreatePayload = (guild: Guild, world: World): Payload => ({
  ...guildPayload(guild),
  joined_at: iso(guild.joinedAt),
  large: false,
  unavailable: false,
  member_count: guild.memberIds.size,
  voice_states: [],
  members: [memberPayload(world.bot, guild)],
  channels: world
    .channelsOf(guild)
    .filter(channel => channel.botAccess !== "hidden")
    .map(channel => channelPayload(channel, world)),
  threads: [],
  presences: [],
  stage_instances: [],
  guild_scheduled_events: [],
  soundboard_sounds: []
})

export const messagePayload = (
  message: Message,
  world: World,
  messages: Messages,
  baseUrl: string
): Payload => {
  const author = world.users.get(message.authorId)
  const user = message.interaction === null ? undefined : world.users.get(message.interaction.userId)
  const repliedTo = message.replyTo === null ? undefined : messages.get(message.replyTo)
  const loading = (message.flags & messageFlags.loading) !== 0
  return {
    id: message.id,
    type:
      message.interaction?.type === 2
        ? 20
        : message.replyTo === null && message.interaction === null
          ? 0
          : 19,
    channel_id: message.channelId,
    author: author ? userPayload(author) : null,
    content: message.content,
    timestamp: iso(snowflakeTime(message.id)),
    edited_timestamp: message.editedAt === null || loading ? null : iso(message.editedAt),
    tts: false,
    pinned: false,
    mention_everyone: message.pings.everyone,
    mentions: message.pings.users.flatMap(id => {
      const pinged = world.users.get(id)
      return pinged ? [userPayload(pinged)] : []
    }),
    mention_roles: message.pings.roles,
    attachments: message.attachments.map(file => {
      const url = `${baseUrl}/attachments/${message.channelId}/${file.id}/${encodeURIComponent(file.filename)}`
      return {
        id: file.id,
        filename: file.filename,
        size: file.bytes.length,
        url,
        proxy_url: url,
        content_type: file.contentType,
        ...(file.description === null ? {} : { description: file.description })
      }
    }),
    embeds: message.embeds.map(embed => ({ type: "rich", ...embed })),
    components: numbered(message.components),
    flags: message.flags,
    ...(message.nonce === null ? {} : { nonce: message.nonce }),
    ...(message.interaction === null
      ? {}
      : {
          application_id: world.bot.id,
          webhook_id: world.bot.id,
          interaction_metadata: {
            id: message.interaction.id,
            type: message.interaction.type,
            user: user ? userPayload(user) : null,
            ...(message.interaction.sourceMessageId === null
              ? {}
              : { interacted_message_id: message.interaction.sourceMessageId }),
            authorizing_integration_owners: message.guildId === null ? { "0": "0" } : { "0": message.guildId }
          }
        }),
    ...(message.replyTo === null
      ? {}
      : {
          message_reference: { type: 0, channel_id: message.channelId, message_id: message.replyTo },
          ...(repliedTo
            ? {
                referenced_message: messagePayload({ ...repliedTo, replyTo: null }, world, messages, baseUrl)
              }
            : {})
        })
  }
}
