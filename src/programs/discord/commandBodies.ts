import type {
  ApplicationCommandStringOption,
  ApplicationCommandSubcommandGroupOption,
  ApplicationCommandSubcommandOption,
  ApplicationCommandUpdateRequest,
  ApplicationCommandUserOption
} from "dfx/types"
import { Option } from "effect"
import { wordsFor } from "../../words/wordsFor.ts"
import type { CommandFeature, CommandOption, Described } from "../features/Feature.ts"
import { commands } from "../features/features.ts"

/** Discord's numbers for what an option holds. */
const optionType = { subcommand: 1, group: 2, text: 3, user: 6 } as const

/** Discord's numbers for where a command can be used: in servers, in the direct messages with the bot. */
const contexts = { communities: [0], "communities and direct messages": [0, 1] } as const

/** The bot is installed in servers, by people who run them. */
const guildInstall = 0

type OptionBody =
  | ApplicationCommandStringOption
  | ApplicationCommandUserOption
  | ApplicationCommandSubcommandOption
  | ApplicationCommandSubcommandGroupOption

const optionBody = (option: CommandOption & Described): OptionBody => {
  const { description, name } = option
  switch (option.kind) {
    case "text":
      return { type: optionType.text, name, description, required: true, autocomplete: option.isSuggested }
    case "optional text":
      return { type: optionType.text, name, description, required: false, max_length: option.longest }
    case "person":
      return { type: optionType.user, name, description, required: true }
    case "subcommand":
      return { type: optionType.subcommand, name, description }
    case "group":
      return { type: optionType.group, name, description, options: option.options.map(subcommandBody) }
  }
}

const subcommandBody = ({
  description,
  name
}: CommandOption & Described): ApplicationCommandSubcommandOption => ({
  type: optionType.subcommand,
  name,
  description
})

const commandBody = ({
  describe,
  name,
  worksIn
}: Pick<CommandFeature, "describe" | "name" | "worksIn">): ApplicationCommandUpdateRequest => {
  const { description, options } = describe(wordsFor(Option.none()))
  return {
    type: 1,
    name,
    description,
    contexts: contexts[worksIn],
    integration_types: [guildInstall],
    options: options.map(optionBody)
  }
}

/** Every command of this bot, in Discord's form. */
export const commandBodies: ReadonlyArray<ApplicationCommandUpdateRequest> = commands.map(commandBody)
