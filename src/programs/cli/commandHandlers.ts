import type { DiscordRESTError } from "dfx/DiscordREST"
import { Effect } from "effect"
import type { Option } from "effect"
import { CommandSync, hasDrift } from "../discord/CommandSync.ts"
import type { CommandDrift } from "../discord/CommandSync.ts"
import { answeredNo, failed } from "./Ended.ts"
import * as options from "./options.ts"
import { print, printJson, table } from "./output.ts"

interface Given {
  readonly guild: Option.Option<string>
  readonly json: boolean
}

export const list = ({ guild, json }: Given) =>
  Effect.gen(function* () {
    const id = yield* Effect.transposeMapOption(guild, options.decodeGuild)
    const registered = yield* fromDiscord((yield* CommandSync).registered(id))
    if (json) return yield* printJson(registered)
    if (registered.length === 0) return yield* print("No commands are registered")
    yield* print(
      table(
        ["NAME", "ID", "DESCRIPTION"],
        registered.map(({ description, id, name }) => [`/${name}`, id, description])
      )
    )
  })

export const diff = ({ guild, json }: Given) =>
  Effect.gen(function* () {
    const id = yield* Effect.transposeMapOption(guild, options.decodeGuild)
    const drift = yield* fromDiscord((yield* CommandSync).drift(id))
    yield* json ? printJson(drift) : print(driftText(drift, "No difference"))
    if (hasDrift(drift)) return yield* answeredNo
  })

export const sync = ({ guild, json }: Given) =>
  Effect.gen(function* () {
    const id = yield* Effect.transposeMapOption(guild, options.decodeGuild)
    const found = yield* fromDiscord((yield* CommandSync).sync(id))
    if (json) return yield* printJson({ written: hasDrift(found), ...found })
    yield* print(
      hasDrift(found) ? `Written:\n${driftText(found, "")}` : "Nothing to write: all commands are up to date"
    )
  })

const driftText = ({ changed, foreign, missing }: CommandDrift, none: string): string => {
  const lines = [
    ...missing.map(name => `+ /${name}  is not registered`),
    ...changed.map(name => `~ /${name}  is registered differently`),
    ...foreign.map(name => `- /${name}  is registered, and not of this release`)
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
