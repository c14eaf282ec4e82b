import { Effect } from "effect"
import type { OptionValue } from "./commandOptions.ts"
import { ClientRefused, fillOptions } from "./commandOptions.ts"
import { interactive } from "./Components.ts"
import type { Handle } from "./Handle.ts"
import { makeHandle } from "./Handle.ts"
import type { Interaction, NewInteraction } from "./Interactions.ts"
import type { Channel, Guild, Message, Payload, User } from "./Model.ts"
import type { State } from "./State.ts"
import { channelPayload, memberPayload, messagePayload, permissionsIn, userPayload } from "./wire.ts"

interface Where {
  readonly user: User
  /** By default the person's DM with the bot. */
  readonly guild?: Guild
  /** By default the guild's `general`. */
  readonly channel?: Channel
}

export interface SlashCommand extends Where {
  readonly name: string
  /** `sub`, or `group sub`. */
  readonly subcommand?: string
  readonly options?: Readonly<Record<string, OptionValue>>
}

export interface Autocomplete extends SlashCommand {
  readonly focused: { readonly name: string; readonly value: string }
}

/** What people do in their Discord clients. */
export interface People {
  readonly slashCommand: (command: SlashCommand) => Effect.Effect<Handle, ClientRefused>
  readonly autocomplete: (command: Autocomplete) => Effect.Effect<Handle, ClientRefused>
  /** The person can press only a button that they see now; `message` may be an older copy. */
  readonly pressButton: (press: {
    readonly user: User
    readonly message: Pick<Message, "id">
    readonly customId: string
  }) => Effect.Effect<Handle, ClientRefused>
  /** The person writes a message. */
  readonly say: (message: {
    readonly user: User
    readonly channel: Channel
    readonly content: string
  }) => Message
}

export const makePeople = (
  state: State,
  deliver: (interaction: Interaction, payload: Payload) => void
): People => {
  const { bus, commands, interactions, messages, world } = state

  const start = (fresh: NewInteraction, channel: Channel, user: User, rest: Payload): Handle => {
    const interaction = interactions.open(fresh)
    deliver(interaction, { ...envelope(state, interaction, channel, user), ...rest })
    return makeHandle(interaction, bus, messages)
  }

  const placeOf = ({ channel, guild, user }: Where) =>
    Effect.gen(function* () {
      const place = channel ?? (guild ? world.channelsOf(guild)[0] : world.openDm(user.id))
      if (!place) return yield* new ClientRefused({ why: "there is no such channel" })
      yield* checkPresence(state, user, place)
      return place
    })

  const useCommand = (type: 2 | 4, input: SlashCommand & Partial<Pick<Autocomplete, "focused">>) =>
    Effect.gen(function* () {
      const channel = yield* placeOf(input)
      const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId)
      const command = commands.find(channel.guildId, input.name)
      if (!command) return yield* new ClientRefused({ why: `there is no command ${input.name}` })
      const contexts = command.body.contexts
      if (contexts && !contexts.includes(channel.kind === "dm" ? 1 : 0)) {
        return yield* new ClientRefused({ why: `${input.name} cannot be used there` })
      }
      const { options, resolved } = yield* fillOptions({
        command,
        subcommand: input.subcommand,
        values: input.options ?? {},
        focused: input.focused,
        guild,
        world
      })
      const fresh = {
        type,
        userId: input.user.id,
        guildId: channel.guildId,
        channelId: channel.id,
        name: input.name,
        sourceMessageId: null
      }
      return start(fresh, channel, input.user, {
        data: {
          id: command.id,
          name: command.body.name,
          type: command.type,
          ...(command.guildId === null ? {} : { guild_id: command.guildId }),
          ...(options.length > 0 ? { options } : {}),
          ...resolved
        }
      })
    })

  return {
    slashCommand: Effect.fn("FakeDiscord.slashCommand")(input => useCommand(2, input)),
    autocomplete: Effect.fn("FakeDiscord.autocomplete")(input => useCommand(4, input)),
    pressButton: Effect.fn("FakeDiscord.pressButton")(function* ({ customId, message: { id }, user }) {
      const message = messages.get(id)
      const channel = message && world.channels.get(message.channelId)
      if (!message || !channel) return yield* new ClientRefused({ why: "the message is gone" })
      yield* checkPresence(state, user, channel)
      if (!messages.visibleTo(user.id, channel.id).some(visible => visible.id === id)) {
        return yield* new ClientRefused({ why: "the message is not visible to this person" })
      }
      const button = interactive(message.components).find(part => part.custom_id === customId)
      if (!button || button.disabled)
        return yield* new ClientRefused({ why: `there is no button ${customId} to press` })
      const fresh = {
        type: 3 as const,
        userId: user.id,
        guildId: channel.guildId,
        channelId: channel.id,
        name: customId,
        sourceMessageId: message.id
      }
      return start(fresh, channel, user, {
        data: { custom_id: customId, component_type: button.type, id: button.id },
        message: messagePayload(message, world, messages, state.url)
      })
    }),
    say: ({ channel, content, user }) => messages.create({ channel, content, authorId: user.id })
  }
}

const checkPresence = (
  { world }: State,
  user: User,
  channel: Channel
): Effect.Effect<void, ClientRefused> => {
  const present =
    channel.kind === "dm"
      ? channel.recipientId === user.id
      : world.guilds.get(channel.guildId ?? "")?.memberIds.has(user.id) === true
  return present ? Effect.void : new ClientRefused({ why: `${user.username} is not there` })
}

const envelope = ({ world }: State, interaction: Interaction, channel: Channel, user: User): Payload => {
  const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId)
  return {
    id: interaction.id,
    application_id: world.bot.id,
    type: interaction.type,
    token: interaction.token,
    version: 1,
    channel_id: channel.id,
    channel: { ...channelPayload(channel, world), ...(guild ? { permissions: permissionsIn(channel) } : {}) },
    ...(guild
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: guild.locale, features: [] },
          guild_locale: guild.locale,
          member: {
            ...memberPayload(user, guild),
            permissions: permissionsIn({ ...channel, botAccess: "full" })
          }
        }
      : { user: userPayload(user) }),
    locale: user.locale,
    app_permissions: permissionsIn(channel),
    entitlements: [],
    authorizing_integration_owners: { "0": guild ? guild.id : "0" },
    context: guild ? 0 : 1,
    attachment_size_limit: 10_485_760
  }
}
