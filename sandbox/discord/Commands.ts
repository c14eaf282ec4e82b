import type { Bus } from "./Bus.ts"
import type { CommandBody, CommandOption } from "./CommandBody.ts"
import type { Payload } from "./Model.ts"

export interface Command {
  readonly id: string
  readonly version: string
  readonly guildId: string | null
  readonly type: 1 | 2 | 3
  readonly body: CommandBody
}

/** The registered commands by guild; the global ones are under null. */
export interface Commands {
  readonly list: (guildId: string | null) => ReadonlyArray<Command>
  readonly get: (guildId: string | null, id: string) => Command | undefined
  /** The command that a person runs there: the guild's own commands come before global ones. */
  readonly find: (guildId: string | null, name: string) => Command | undefined
  readonly replaceAll: (guildId: string | null, bodies: ReadonlyArray<CommandBody>) => ReadonlyArray<Command>
  /** Overwrites a command of the same name and type, which keeps its id. */
  readonly upsert: (
    guildId: string | null,
    body: CommandBody
  ) => { readonly command: Command; readonly created: boolean }
  readonly replace: (command: Command, body: CommandBody) => Command
  readonly remove: (command: Command) => void
}

export const makeCommands = (bus: Bus, newId: () => string): Commands => {
  const places = new Map<string | null, ReadonlyArray<Command>>()
  const list = (guildId: string | null) => places.get(guildId) ?? []
  const set = (guildId: string | null, commands: ReadonlyArray<Command>) => {
    places.set(guildId, commands)
    bus.emit({ _tag: "CommandsChanged", guildId })
    return commands
  }
  const make = (guildId: string | null, body: CommandBody): Command => {
    const type = body.type ?? 1
    const old = list(guildId).find(command => command.body.name === body.name && command.type === type)
    const same = old !== undefined && JSON.stringify(old.body) === JSON.stringify(body)
    return { id: old?.id ?? newId(), version: same ? old.version : newId(), guildId, type, body }
  }

  return {
    list,
    get: (guildId, id) => list(guildId).find(command => command.id === id),
    find: (guildId, name) => {
      const slash = (command: Command) => command.type === 1 && command.body.name === name
      const local = guildId === null ? undefined : list(guildId).find(slash)
      return local ?? list(null).find(slash)
    },
    replaceAll: (guildId, bodies) =>
      set(
        guildId,
        bodies.map(body => make(guildId, body))
      ),
    upsert: (guildId, body) => {
      const command = make(guildId, body)
      const others = list(guildId).filter(other => other.id !== command.id)
      const created = others.length === list(guildId).length
      set(guildId, [...others, command])
      return { command, created }
    },
    replace: (command, body) => {
      const replaced = { ...command, body, version: newId() }
      set(
        command.guildId,
        list(command.guildId).map(other => (other.id === command.id ? replaced : other))
      )
      return replaced
    },
    remove: command => {
      set(
        command.guildId,
        list(command.guildId).filter(other => other.id !== command.id)
      )
    }
  }
}

/** The command as Discord returns it: with defaults, and without empty fields. */
export const commandPayload = (command: Command, applicationId: string, localized: boolean): Payload => {
  const { body } = command
  const contexts = body.contexts ?? null
  return {
    id: command.id,
    application_id: applicationId,
    version: command.version,
    default_member_permissions: body.default_member_permissions ?? null,
    type: command.type,
    name: body.name,
    ...localizations(body, localized),
    description: body.description ?? "",
    ...(command.guildId === null
      ? { dm_permission: body.dm_permission ?? (contexts === null || contexts.includes(1)) }
      : { guild_id: command.guildId }),
    contexts,
    integration_types: body.integration_types ?? [0],
    ...(body.options?.length
      ? { options: body.options.map(option => optionPayload(option, localized)) }
      : {}),
    nsfw: body.nsfw ?? false
  }
}

interface Localized {
  readonly name_localizations?: Readonly<Record<string, string>> | null
  readonly description_localizations?: Readonly<Record<string, string>> | null
}

const localizations = (from: Localized, isShown: boolean): Payload =>
  isShown
    ? {
        name_localizations: from.name_localizations ?? null,
        description_localizations: from.description_localizations ?? null
      }
    : {}

const optionPayload = (option: CommandOption, localized: boolean): Payload => {
  const base = {
    type: option.type,
    name: option.name,
    ...localizations(option, localized),
    description: option.description
  }
  if (option.type === 1 || option.type === 2) {
    return {
      ...base,
      ...(option.options?.length
        ? { options: option.options.map(inner => optionPayload(inner, localized)) }
        : {})
    }
  }
  return {
    ...base,
    ...(option.required ? { required: true } : {}),
    ...(option.autocomplete ? { autocomplete: true } : {}),
    ...(option.choices?.length
      ? {
          choices: option.choices.map(({ name, name_localizations, value }) => ({
            name,
            ...(localized ? { name_localizations: name_localizations ?? null } : {}),
            value
          }))
        }
      : {}),
    ...(option.channel_types?.length ? { channel_types: option.channel_types } : {}),
    ...numbers(option)
  }
}

const numbers = (option: Extract<CommandOption, { readonly required?: boolean | null }>): Payload => ({
  ...(option.min_value == null ? {} : { min_value: option.min_value }),
  ...(option.max_value == null ? {} : { max_value: option.max_value }),
  ...(option.min_length == null ? {} : { min_length: option.min_length }),
  ...(option.max_length == null ? {} : { max_length: option.max_length })
})
