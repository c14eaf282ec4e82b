import type { Bus } from "./Bus.ts"
import type { BotAccess, Channel, Guild, User } from "./Model.ts"

export interface NewUser {
  readonly id?: string
  readonly username: string
  readonly globalName?: string
  readonly bot?: boolean
  readonly locale?: string
  readonly dmsOpen?: boolean
}

export interface NewGuild {
  readonly id?: string
  readonly name: string
  readonly owner?: User
  readonly members?: ReadonlyArray<User>
  readonly locale?: string
}

/** People, guilds and channels. Changes are immediate and become world events. */
export interface World {
  readonly bot: User
  readonly users: ReadonlyMap<string, User>
  /** The guilds that the bot is in. */
  readonly guilds: ReadonlyMap<string, Guild>
  readonly channels: ReadonlyMap<string, Channel>
  readonly addUser: (user: NewUser) => User
  /** Adds a guild with the bot, and by default a text channel `general`. */
  readonly addGuild: (guild: NewGuild) => Guild
  readonly addChannel: (guild: Guild, name: string, access?: BotAccess) => Channel
  readonly addMember: (guild: Guild, user: User) => void
  readonly removeMember: (guild: Guild, user: User) => void
  /** Removes the bot from the guild. */
  readonly removeGuild: (guild: Guild) => void
  /** The guild's first channel. */
  readonly general: (guild: Guild) => Channel
  readonly channelsOf: (guild: Guild) => ReadonlyArray<Channel>
  readonly setBotAccess: (channel: Channel, access: BotAccess) => void
  /** Opens or closes a person's DMs. */
  readonly setDmsOpen: (user: User, open: boolean) => void
  readonly dmWith: (userId: string) => Channel | undefined
  /** The bot's one DM with this person, created on first use. */
  readonly openDm: (userId: string) => Channel
  readonly shareGuild: (userId: string) => boolean
}

export interface WorldOptions {
  readonly applicationId: string
  readonly botName: string
  readonly newId: () => string
  readonly now: () => number
}

export const makeWorld = (options: WorldOptions, bus: Bus): World => {
  const users = new Map<string, User>()
  const guilds = new Map<string, Guild>()
  const channels = new Map<string, Channel>()
  const dms = new Map<string, Channel>()
  const byGuild = new Map<string, Array<Channel>>()

  const addUser = (user: NewUser): User => {
    const added: User = {
      id: user.id ?? options.newId(),
      username: user.username,
      globalName: user.globalName ?? null,
      bot: user.bot ?? false,
      locale: user.locale ?? "en-US",
      dmsOpen: user.dmsOpen ?? true
    }
    users.set(added.id, added)
    return added
  }
  const bot = addUser({ id: options.applicationId, username: options.botName, bot: true })

  const put = (channel: Channel) => {
    channels.set(channel.id, channel)
    if (channel.guildId !== null) byGuild.get(channel.guildId)?.push(channel)
    return channel
  }
  const announce = (channel: Channel) => {
    bus.emit({ _tag: "ChannelAdded", channel })
    return channel
  }
  const textChannel = (id: string, guild: Guild, name: string, access: BotAccess): Channel => ({
    id,
    kind: "guild",
    name,
    guildId: guild.id,
    recipientId: null,
    botAccess: access,
    lastMessageId: null
  })
  const general = (guild: Guild): Channel => {
    const [first] = byGuild.get(guild.id) ?? []
    if (!first) throw new Error(`no such guild: ${guild.name}`)
    return first
  }
  const addChannel: World["addChannel"] = (guild, name, access = "full") =>
    announce(put(textChannel(options.newId(), guild, name, access)))

  return {
    bot,
    users,
    guilds,
    channels,
    addUser,
    addChannel,
    addGuild: ({ id, locale, members, name, owner }) => {
      const people = [...(owner ? [owner] : []), ...(members ?? []), bot]
      const guild: Guild = {
        id: id ?? options.newId(),
        name,
        ownerId: owner?.id ?? members?.[0]?.id ?? bot.id,
        locale: locale ?? "en-US",
        memberIds: new Set(people.map(user => user.id)),
        joinedAt: options.now()
      }
      guilds.set(guild.id, guild)
      byGuild.set(guild.id, [])
      put(textChannel(options.newId(), guild, "general", "full"))
      bus.emit({ _tag: "GuildAdded", guild })
      return guild
    },
    addMember: (guild, user) => {
      guild.memberIds.add(user.id)
    },
    removeMember: (guild, user) => {
      guild.memberIds.delete(user.id)
    },
    removeGuild: guild => {
      guilds.delete(guild.id)
      guild.memberIds.delete(bot.id)
      bus.emit({ _tag: "GuildRemoved", guild })
    },
    general,
    channelsOf: guild => byGuild.get(guild.id) ?? [],
    setBotAccess: (channel, access) => {
      channel.botAccess = access
    },
    setDmsOpen: (user, open) => {
      user.dmsOpen = open
    },
    dmWith: userId => dms.get(userId),
    openDm: userId => {
      const existing = dms.get(userId)
      if (existing) return existing
      const channel: Channel = {
        id: options.newId(),
        kind: "dm",
        name: users.get(userId)?.username ?? userId,
        guildId: null,
        recipientId: userId,
        botAccess: "full",
        lastMessageId: null
      }
      dms.set(userId, channel)
      return announce(put(channel))
    },
    shareGuild: userId => [...guilds.values()].some(guild => guild.memberIds.has(userId))
  }
}
