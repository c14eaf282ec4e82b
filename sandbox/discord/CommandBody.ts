import { Schema } from "effect"
import { fault, integer, list, nullable, text } from "./Validation.ts"

/** Chat input names: lower case letters, digits, dash and underscore, 1 to 32. */
const slashName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u

const invalidName = fault("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")

const SlashName = Schema.String.pipe(
  Schema.filter(name => (slashName.test(name) && name === name.toLowerCase() ? undefined : invalidName))
)

const Localizations = nullable(Schema.Record({ key: Schema.String, value: Schema.String }))

const shared = {
  name: SlashName,
  name_localizations: Localizations,
  description: text(1, 100),
  description_localizations: Localizations
}

const Choice = Schema.Struct({
  name: text(1, 100),
  name_localizations: Localizations,
  value: Schema.Union(text(0, 100), Schema.Number)
})

/** An option that carries a value, in one shape for all kinds; the checks below see to the fields of each kind. */
const ValueOption = Schema.Struct({
  ...shared,
  type: Schema.Literal(3, 4, 5, 6, 7, 8, 9, 10, 11),
  required: nullable(Schema.Boolean),
  autocomplete: nullable(Schema.Boolean),
  choices: nullable(list(Choice, 0, 25)),
  channel_types: nullable(Schema.Array(Schema.Number)),
  min_value: nullable(Schema.Number),
  max_value: nullable(Schema.Number),
  min_length: nullable(integer(0, 6000)),
  max_length: nullable(integer(1, 6000))
}).pipe(
  Schema.filter(option =>
    option.autocomplete && option.choices?.length
      ? {
          path: ["autocomplete"],
          message: fault(
            "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES",
            "Options with choices cannot use autocomplete"
          )
        }
      : option.autocomplete && ![3, 4, 10].includes(option.type)
        ? {
            path: ["autocomplete"],
            message: fault(
              "APPLICATION_COMMAND_OPTION_AUTOCOMPLETE_TYPE",
              "Option type cannot use autocomplete"
            )
          }
        : undefined
  )
)
export type ValueOption = Schema.Schema.Type<typeof ValueOption>

const orderly = <A extends { readonly name: string; readonly type: number }>(options: ReadonlyArray<A>) => {
  const seen = new Set<string>()
  let optionalSeen = false
  return options.flatMap((option, index) => {
    const twice = seen.has(option.name)
    seen.add(option.name)
    const required = "required" in option && option.required === true
    const late = required && optionalSeen
    if (!required) optionalSeen = true
    return [
      ...(twice
        ? [
            {
              path: [index, "name"],
              message: fault("APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name already exists")
            }
          ]
        : []),
      ...(late
        ? [
            {
              path: [index],
              message: fault(
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options"
              )
            }
          ]
        : [])
    ]
  })
}

const ValueOptions = list(ValueOption, 0, 25).pipe(Schema.filter(orderly))

const Subcommand = Schema.Struct({ ...shared, type: Schema.Literal(1), options: nullable(ValueOptions) })

const SubcommandGroup = Schema.Struct({
  ...shared,
  type: Schema.Literal(2),
  options: nullable(list(Subcommand, 1, 25).pipe(Schema.filter(orderly)))
})

const Option = Schema.Union(ValueOption, Subcommand, SubcommandGroup)
export type CommandOption = Schema.Schema.Type<typeof Option>

const Options = list(Option, 0, 25).pipe(
  Schema.filter(orderly),
  Schema.filter(options =>
    options.some(option => option.type <= 2) && options.some(option => option.type > 2)
      ? fault(
          "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
          "Sub-command and sub-command group option types are mutually exclusive to all other types"
        )
      : undefined
  )
)

const settings = {
  options: nullable(Options),
  default_member_permissions: nullable(
    Schema.String.pipe(
      Schema.filter(value =>
        /^\d+$/.test(value) ? undefined : fault("NUMBER_TYPE_COERCE", `Value "${value}" is not int.`)
      )
    )
  ),
  dm_permission: nullable(Schema.Boolean),
  integration_types: nullable(list(Schema.Literal(0, 1), 1, 2)),
  contexts: nullable(list(Schema.Literal(0, 1, 2), 1, 3)),
  nsfw: nullable(Schema.Boolean)
}

/** All texts of a command together may have 8000 characters. */
const total = fault("APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")

export const CommandBody = Schema.Struct({
  ...settings,
  ...shared,
  name: Schema.String,
  description: nullable(Schema.String),
  id: nullable(Schema.String),
  type: nullable(Schema.Literal(1, 2, 3))
}).pipe(
  Schema.filter(command => {
    const slash = (command.type ?? 1) === 1
    const badName = slash
      ? !slashName.test(command.name) || command.name !== command.name.toLowerCase()
      : command.name.length < 1 || command.name.length > 32
    if (badName) return { path: ["name"], message: invalidName }
    if (slash && !command.description) {
      return { path: ["description"], message: fault("BASE_TYPE_REQUIRED", "This field is required") }
    }
    if (slash && (command.description ?? "").length > 100) {
      return {
        path: ["description"],
        message: fault("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
      }
    }
    return characters(command) > 8000 ? total : undefined
  })
)
export type CommandBody = Schema.Schema.Type<typeof CommandBody>

/** All commands of one place: 100 slash commands at most, each name once. */
export const CommandSet = Schema.Array(CommandBody).pipe(
  Schema.filter(commands =>
    commands.flatMap((command, index) =>
      commands.findIndex(other => other.name === command.name && (other.type ?? 1) === (command.type ?? 1)) <
      index
        ? [
            {
              path: [index],
              message: fault(
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique"
              )
            }
          ]
        : []
    )
  )
)

const characters = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + characters(item), 0)
  if (typeof value !== "object" || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, part]) =>
      sum +
      (typeof part === "string" && ["name", "description", "value"].includes(key)
        ? part.length
        : characters(part)),
    0
  )
}
