import { Effect, Schema } from "effect"
import type { CommandOption, ValueOption } from "./CommandBody.ts"
import type { Command } from "./Commands.ts"
import type { Guild, Payload, User } from "./Model.ts"
import { memberPayload, permissionsIn, userPayload } from "./wire.ts"
import type { World } from "./World.ts"

/** A Discord client would not let the person do this. */
export class ClientRefused extends Schema.TaggedError<ClientRefused>("mochi/sandbox/ClientRefused")(
  "ClientRefused",
  {
    why: Schema.String
  }
) {
  override get message() {
    return this.why
  }
}

export type OptionValue = string | number | boolean | User

export interface Filled {
  readonly options: ReadonlyArray<Payload>
  readonly resolved: Payload
}

interface Filling {
  readonly command: Command
  /** `sub`, or `group sub`. */
  readonly subcommand?: string | undefined
  readonly values: Readonly<Record<string, OptionValue>>
  /** The option that the person types in; required options may still be missing then. */
  readonly focused?: { readonly name: string; readonly value: string } | undefined
  readonly guild: Guild | undefined
  readonly world: World
}

/** The options that a client sends for these values: in the command's own order, with a client's checks. */
export const fillOptions = (filling: Filling): Effect.Effect<Filled, ClientRefused> =>
  Effect.gen(function* () {
    const path = filling.subcommand === undefined ? [] : filling.subcommand.split(" ")
    const { definitions, wrap } = yield* descend(filling.command.body.options ?? [], path)
    const { focused, guild, world } = filling
    const typed: Readonly<Record<string, OptionValue>> =
      focused === undefined ? filling.values : { ...filling.values, [focused.name]: focused.value }
    const unknown = Object.keys(typed).find(name => !definitions.some(option => option.name === name))
    if (unknown !== undefined) return yield* new ClientRefused({ why: `there is no option ${unknown}` })

    const options: Array<Payload> = []
    const users: Record<string, Payload> = {}
    const members: Record<string, Payload> = {}
    for (const definition of definitions) {
      const input = typed[definition.name]
      if (input === undefined) {
        if (definition.required && focused === undefined) {
          return yield* new ClientRefused({ why: `${definition.name} is required` })
        }
        continue
      }
      const isFocused = focused?.name === definition.name
      const value = typeof input === "object" ? input.id : input
      if (!isFocused) yield* check(definition, value)
      options.push({
        name: definition.name,
        type: definition.type,
        value,
        ...(isFocused ? { focused: true } : {})
      })
      if (definition.type !== 6) continue
      const user = world.users.get(String(value))
      if (!user) return yield* new ClientRefused({ why: `${definition.name} is not a user` })
      users[user.id] = userPayload(user)
      if (!guild?.memberIds.has(user.id)) continue
      const { user: _, ...member } = memberPayload(user, guild)
      const channel = world.channelsOf(guild)[0]
      members[user.id] = { ...member, permissions: channel ? permissionsIn(channel) : "0" }
    }
    const resolved = {
      ...(Object.keys(users).length > 0 ? { users } : {}),
      ...(Object.keys(members).length > 0 ? { members } : {})
    }
    return { options: wrap(options), resolved: Object.keys(resolved).length > 0 ? { resolved } : {} }
  })

interface Level {
  readonly definitions: ReadonlyArray<ValueOption>
  readonly wrap: (options: ReadonlyArray<Payload>) => ReadonlyArray<Payload>
}

const descend = (
  options: ReadonlyArray<CommandOption>,
  path: ReadonlyArray<string>
): Effect.Effect<Level, ClientRefused> =>
  Effect.gen(function* () {
    const [name, ...rest] = path
    const nested = options.filter(option => option.type === 1 || option.type === 2)
    if (name === undefined) {
      if (nested.length > 0) return yield* new ClientRefused({ why: "a subcommand has to be picked" })
      return {
        definitions: options.flatMap(option => (option.type === 1 || option.type === 2 ? [] : [option])),
        wrap: inner => inner
      }
    }
    const chosen = nested.find(option => option.name === name)
    if (!chosen) return yield* new ClientRefused({ why: `there is no subcommand ${name}` })
    const inner = yield* descend(chosen.options ?? [], rest)
    return {
      definitions: inner.definitions,
      wrap: filled => [{ name: chosen.name, type: chosen.type, options: inner.wrap(filled) }]
    }
  })

const check = (option: ValueOption, value: string | number | boolean): Effect.Effect<void, ClientRefused> => {
  const refuse = (why: string) => new ClientRefused({ why: `${option.name} ${why}` })
  switch (option.type) {
    case 3: {
      if (typeof value !== "string") return refuse("is a string")
      if (value.length > (option.max_length ?? 6000))
        return refuse(`has at most ${option.max_length ?? 6000} characters`)
      if (value.length < (option.min_length ?? 0))
        return refuse(`has at least ${option.min_length} characters`)
      return option.choices?.length && !option.choices.some(choice => choice.value === value)
        ? refuse("is not one of the choices")
        : Effect.void
    }
    case 4:
    case 10:
      if (typeof value !== "number") return refuse("is a number")
      return value < (option.min_value ?? -(2 ** 53)) || value > (option.max_value ?? 2 ** 53)
        ? refuse("is out of range")
        : Effect.void
    case 5:
      return typeof value === "boolean" ? Effect.void : refuse("is true or false")
    default:
      return typeof value === "string" ? Effect.void : refuse("is an id")
  }
}
