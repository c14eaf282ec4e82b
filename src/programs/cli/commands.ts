import { Command } from "@effect/cli"
import { Effect } from "effect"
import { auditing } from "./auditing.ts"
import * as options from "./options.ts"

const config = { guild: options.guild, json: options.json }

/** Discord's interface is large, and few commands need it. */
const handlers = Effect.promise(() => import("./commandHandlers.ts"))

const list = Command.make("list", config, given =>
  Effect.flatMap(handlers, ({ list }) => list(given)).pipe(auditing("commands_list"))
).pipe(Command.withDescription("List the commands that Discord has registered"))

const diff = Command.make("diff", config, given =>
  Effect.flatMap(handlers, ({ diff }) => diff(given)).pipe(auditing("commands_diff"))
).pipe(
  Command.withDescription(
    "Compare what is registered with what this release has; exit code 1 on a difference"
  )
)

const sync = Command.make("sync", config, given =>
  Effect.flatMap(handlers, ({ sync }) => sync(given)).pipe(auditing("commands_sync"))
).pipe(
  Command.withDescription("Register this release's commands where they differ; others of this bot disappear")
)

export const commands = Command.make("commands").pipe(
  Command.withDescription("The bot's commands in Discord"),
  Command.withSubcommands([list, diff, sync])
)
