import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRESTError } from "dfx/DiscordREST"
import { Effect, Layer, Option, Predicate, Schedule } from "effect"
import { Settings } from "../../config/Settings.ts"
import { commands } from "./commands.ts"

/** How what Discord has differs from what we have, by the commands' names. */
export interface CommandDrift {
  readonly missing: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
  /** Registered, and not ours: a sync removes them. */
  readonly foreign: ReadonlyArray<string>
}

/** Brings Discord's list of commands in line with ours. Two at once do no harm: both write the same whole. */
export class CommandSync extends Effect.Service<CommandSync>()("mochi/programs/CommandSync", {
  effect: Effect.gen(function* () {
    const rest = yield* DiscordREST
    const applicationId = Effect.map(rest.getMyApplication(), ({ id }) => id)

    /** Of one server, for trials, or of all. */
    const registered = Effect.fn("CommandSync.registered")(function* (guildId: Option.Option<string>) {
      const id = yield* applicationId
      return yield* Option.match(guildId, {
        onNone: () => rest.listApplicationCommands(id),
        onSome: guild => rest.listGuildApplicationCommands(id, guild)
      })
    })

    const drift = Effect.fn("CommandSync.drift")(function* (guildId: Option.Option<string>) {
      return driftOf(yield* registered(guildId), Option.isSome(guildId))
    })

    /** Writes the whole set, if it differs; what there was to mend. */
    const sync = Effect.fn("CommandSync.sync")(function* (
      guildId: Option.Option<string>
    ): Effect.fn.Return<CommandDrift, DiscordRESTError> {
      const found = yield* drift(guildId)
      if (!hasDrift(found)) return found
      const id = yield* applicationId
      yield* Option.match(guildId, {
        onNone: () => Effect.asVoid(rest.bulkSetApplicationCommands(id, commands)),
        onSome: guild => Effect.asVoid(rest.bulkSetGuildApplicationCommands(id, guild, commands))
      })
      return found
    })

    return { registered, drift, sync }
  })
}) {}

export const hasDrift = ({ changed, foreign, missing }: CommandDrift): boolean =>
  missing.length + changed.length + foreign.length > 0

/** At start, in the background and for as long as it takes. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const { discord } = yield* Settings
    const commandSync = yield* CommandSync
    if (!discord.syncCommands) return
    yield* commandSync.sync(Option.none()).pipe(
      Effect.tap(found =>
        hasDrift(found) ? Effect.annotateLogs(Effect.logInfo("commands_synced"), { ...found }) : Effect.void
      ),
      Effect.tapError(error =>
        Effect.annotateLogs(Effect.logWarning("commands_not_synced"), { reason: error._tag })
      ),
      Effect.retry(Schedule.exponential("1 second").pipe(Schedule.union(Schedule.spaced("1 minute")))),
      Effect.forkScoped
    )
  })
).pipe(Layer.provide(CommandSync.Default))

const driftOf = (registered: ReadonlyArray<unknown>, inGuild: boolean): CommandDrift => {
  const keys = inGuild ? comparedInGuild : compared
  const theirs = new Map(registered.map(command => [nameOf(command), shapeOf(command, keys)]))
  const ours = new Map<string, string>(commands.map(command => [command.name, shapeOf(command, keys)]))
  return {
    missing: [...ours.keys()].filter(name => !theirs.has(name)),
    changed: [...ours].flatMap(([name, shape]) =>
      theirs.has(name) && theirs.get(name) !== shape ? [name] : []
    ),
    foreign: [...theirs.keys()].filter(name => !ours.has(name))
  }
}

/** What of a command is ours to say; ids and versions are Discord's. */
const compared = new Set([
  ...[
    "type",
    "name",
    "description",
    "options",
    "contexts",
    "integration_types",
    "default_member_permissions",
    "nsfw"
  ],
  ...["required", "autocomplete", "min_length", "max_length", "min_value", "max_value", "choices", "value"],
  ...["channel_types", "name_localizations", "description_localizations"]
])

/** Where a command can be used is for global ones to say: Discord keeps none of it for a server's own. */
const comparedInGuild = compared.difference(new Set(["contexts", "integration_types"]))

/** A command as text that is the same however Discord orders it and fills it up with defaults. */
const shapeOf = (command: unknown, keys: ReadonlySet<string>): string =>
  JSON.stringify(canonical(command, keys))

const canonical = (value: unknown, keys: ReadonlySet<string>): unknown => {
  if (Array.isArray(value)) {
    const entries = value.map(entry => canonical(entry, keys))
    return entries.every(entry => typeof entry === "number")
      ? entries.sort((one, other) => one - other)
      : entries
  }
  if (!Predicate.isRecord(value)) return value
  const told = Object.entries(value).filter(([key, entry]) => keys.has(key) && !isDefault(entry))
  return Object.fromEntries(told.map(([key, entry]) => [key, canonical(entry, keys)]).sort())
}

const isDefault = (value: unknown): boolean =>
  value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)

const nameOf = (command: unknown): string =>
  Predicate.hasProperty(command, "name") && typeof command.name === "string" ? command.name : ""
