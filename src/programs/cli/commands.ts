import { Command } from "@effect/cli"
import type { DiscordRESTError } from "dfx/DiscordREST"
import { Effect } from "effect"
import type { CommandDrift } from "../discord/CommandSync.ts"
import { auditing } from "./auditing.ts"
import { answeredNo, failed } from "./CommandEnd.ts"
import * as options from "./options.ts"
import { print, printJson, table } from "./output.ts"

const config = { guild: options.guild, json: options.json }

/** Loaded when a command runs: the code for Discord's API is large, and few commands need it. */
const commandSync = Effect.gen(function* () {
  const { CommandSync, hasDrift } = yield* Effect.promise(() => import("../discord/CommandSync.ts"))
  return { sync: yield* CommandSync, hasDrift }
})

const list = Command.make("list", config, ({ guild, json }) =>
  Effect.gen(function* () {
    const id = yield* Effect.transposeMapOption(guild, options.decodeGuild)
    const { sync } = yield* commandSync
    const registered = yield* fromDiscord(sync.registered(id))
    if (json) return yield* printJson(registered)
    if (registered.length === 0) return yield* print("No commands are registered")
    yield* print(
      table(
        ["NAME", "ID", "DESCRIPTION"],
        registered.map(({ description, id, name }) => [`/${name}`, id, description])
      )
    )
  }).pipe(auditing("commands_list"))
).pipe(Command.withDescription("List the commands that Discord has registered"))

const diff = Command.make("diff", config, ({ guild, json }) =>
  Effect.gen(function* () {
    const id = yield* Effect.transposeMapOption(guild, options.decodeGuild)
    const { hasDrift, sync } = yield* commandSync
    const drift = yield* fromDiscord(sync.drift(id))
    yield* json ? printJson(drift) : print(driftText(drift, "No difference"))
    if (hasDrift(drift)) return yield* answeredNo
  }).pipe(auditing("commands_diff"))
).pipe(
  Command.withDescription(
    "Compare what is registered with what this release has; exit code 1 on a difference"
  )
)

const write = Command.make("sync", config, ({ guild, json }) =>
  Effect.gen(function* () {
    const id = yield* Effect.transposeMapOption(guild, options.decodeGuild)
    const { hasDrift, sync } = yield* commandSync
    const drift = yield* fromDiscord(sync.sync(id))
    if (json) return yield* printJson({ written: hasDrift(drift), ...drift })
    yield* print(
      hasDrift(drift) ? `Written:\n${driftText(drift, "")}` : "Nothing to write: all commands are up to date"
    )
  }).pipe(auditing("commands_sync"))
).pipe(
  Command.withDescription(
    "Register this release's commands if they differ; other commands of this bot disappear"
  )
)

export const commands = Command.make("commands").pipe(
  Command.withDescription("The bot's commands in Discord"),
  Command.withSubcommands([list, diff, write])
)

const driftText = ({ changed, foreign, missing }: CommandDrift, none: string): string => {
  const lines = [
    ...missing.map(name => `+ /${name}  is not registered`),
    ...changed.map(name => `~ /${name}  is registered differently`),
    ...foreign.map(name => `- /${name}  is registered, but not part of this release`)
  ]
  return lines.length === 0 ? none : lines.join("\n")
}

const fromDiscord = <A, R>(work: Effect.Effect<A, DiscordRESTError, R>) =>
  Effect.mapError(work, error => {
    const status = "response" in error ? error.response.status : undefined
    if (status === 401) return failed("Discord refuses the bot token (401): check DISCORD_BOT_TOKEN")
    if (status === 403 || status === 404)
      return failed(
        `Discord says ${status}: is the bot in that server, with the scope applications.commands?`
      )
    return failed(
      status === undefined
        ? "Discord does not answer: check the network, and DISCORD_API_BASE_URL"
        : `Discord answers ${status}; try again later`
    )
  })
