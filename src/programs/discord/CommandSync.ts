import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRESTError } from "dfx/DiscordREST"
import { Effect, Layer, Option, Predicate, Schedule } from "effect"
import { Settings } from "../../config/Settings.ts"
import { inSpan } from "../../telemetry/spans.ts"
import { commandBodies } from "./commandBodies.ts"

/** How Discord's list of commands differs from ours, by the commands' names. */
export interface CommandDrift {
  readonly missing: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
  /** Registered, and not ours: a sync removes them. */
  readonly foreign: ReadonlyArray<string>
}

/** Brings Discord's list of commands in line with ours. Two syncs at once do no harm: both write the same list. */
export class CommandSync extends Effect.Service<CommandSync>()("mochi/programs/CommandSync", {
  effect: Effect.gen(function* () {
    const rest = yield* DiscordREST
    const applicationId = Effect.map(rest.getMyApplication(), ({ id }) => id)

    /** The commands of one server, for trials, or of all servers. */
    const registered = Effect.fnUntraced(function* (guildId: Option.Option<string>) {
      const id = yield* applicationId
      return yield* Option.match(guildId, {
        onNone: () => rest.listApplicationCommands(id),
        onSome: guild => rest.listGuildApplicationCommands(id, guild)
      })
    })

    const drift = Effect.fnUntraced(function* (guildId: Option.Option<string>) {
      return driftOf(yield* registered(guildId), Option.isSome(guildId))
    })

    /** Writes the whole list if it differs, and returns how it differed. */
    const sync = Effect.fnUntraced(function* (
      guildId: Option.Option<string>
    ): Effect.fn.Return<CommandDrift, DiscordRESTError> {
      const found = yield* drift(guildId)
      if (!hasDrift(found)) return found
      const id = yield* applicationId
      yield* Option.match(guildId, {
        onNone: () => Effect.asVoid(rest.bulkSetApplicationCommands(id, commandBodies)),
        onSome: guild => Effect.asVoid(rest.bulkSetGuildApplicationCommands(id, guild, commandBodies))
      })
      return found
    })

    return { registered, drift, sync }
  })
}) {}

export const hasDrift = ({ changed, foreign, missing }: CommandDrift): boolean =>
  missing.length + changed.length + foreign.length > 0

/** Syncs at start, in the background, and tries again until it works. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const { discord } = yield* Settings
    const commandSync = yield* CommandSync
    if (!discord.syncCommands) return
    yield* commandSync.sync(Option.none()).pipe(
      inSpan("commands.sync"),
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
  const ours = new Map<string, string>(commandBodies.map(command => [command.name, shapeOf(command, keys)]))
  return {
    missing: [...ours.keys()].filter(name => !theirs.has(name)),
    changed: [...ours].flatMap(([name, shape]) =>
      theirs.has(name) && theirs.get(name) !== shape ? [name] : []
    ),
    foreign: [...theirs.keys()].filter(name => !ours.has(name))
  }
}

/** The parts of a command that are ours; ids and versions are Discord's. */
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

/** Only global commands say where they can be used: Discord keeps none of that for a server's own. */
const comparedInGuild = compared.difference(new Set(["contexts", "integration_types"]))

/** A command as text that does not depend on the order in which Discord lists its parts, or on the defaults it adds. */
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
  const entries = Object.entries(value).filter(([key, entry]) => keys.has(key) && !isDefault(entry))
  return Object.fromEntries(entries.map(([key, entry]) => [key, canonical(entry, keys)]).sort())
}

const isDefault = (value: unknown): boolean =>
  value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)

const nameOf = (command: unknown): string =>
  Predicate.hasProperty(command, "name") && typeof command.name === "string" ? command.name : ""
