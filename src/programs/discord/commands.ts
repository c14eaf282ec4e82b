import type { BulkSetApplicationCommandsRequest } from "dfx/types"

/** Discord's numbers for what an option holds. */
const optionType = { subcommand: 1, subcommandGroup: 2, string: 3, user: 6 } as const

/** Where a command can be used: in servers, in the DM with the bot. */
const inGuilds = 0
const inBotDm = 1
const guildInstall = 0

const text = (name: string, description: string) =>
  ({ type: optionType.string, name, description, required: true }) as const

/** Every command of this bot, as Discord is told of it. */
export const commands = [
  {
    type: 1,
    name: "kudos",
    description: "Thank somebody with tokens from one of your vaults",
    contexts: [inGuilds],
    integration_types: [guildInstall],
    options: [
      { ...text("application", "The application whose vault gives"), autocomplete: true },
      { ...text("vault", "The vault that gives"), autocomplete: true },
      { ...text("token", "The token to give"), autocomplete: true },
      text("amount", "Such as 10, 1.5k, $20, 25%, half or all"),
      { type: optionType.user, name: "recipient", description: "Whom you thank", required: true },
      { type: optionType.string, name: "reason", description: "What for", max_length: 200, required: false }
    ]
  },
  {
    type: 1,
    name: "privacy",
    description: "What this bot keeps about you",
    contexts: [inGuilds, inBotDm],
    integration_types: [guildInstall],
    options: [
      { type: optionType.subcommand, name: "export", description: "Get everything that is stored about you" },
      { type: optionType.subcommand, name: "delete", description: "Erase what is stored about you" },
      {
        type: optionType.subcommandGroup,
        name: "notifications",
        description: "Messages about kudos you received and requests you made",
        options: [
          { type: optionType.subcommand, name: "on", description: "Get these messages" },
          { type: optionType.subcommand, name: "off", description: "Do not get these messages" }
        ]
      }
    ]
  }
] as const satisfies BulkSetApplicationCommandsRequest
