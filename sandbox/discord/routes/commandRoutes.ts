import { Effect } from "effect"
import { CommandBody, CommandSet } from "../CommandBody.ts"
import { commandPayload } from "../Commands.ts"
import { missingAccess, tooManyCommands, unknownApplication, unknownCommand } from "../DiscordError.ts"
import type { State } from "../State.ts"
import { validate } from "../Validation.ts"
import type { Route, RouteRequest } from "./Route.ts"
import { noContent, ok } from "./Route.ts"

/** The guild whose commands the request is about; null for global commands. */
const place = ({ world }: State, request: RouteRequest) =>
  Effect.gen(function* () {
    if (request.param("application_id") !== world.bot.id) return yield* unknownApplication()
    const guildId = request.param("guild_id")
    if (guildId === "") return null
    return world.guilds.has(guildId) ? guildId : yield* missingAccess()
  })

const one = (state: State, request: RouteRequest) =>
  Effect.gen(function* () {
    const command = state.commands.get(yield* place(state, request), request.param("command_id"))
    return command ?? (yield* unknownCommand())
  })

const limit = 100

const under = (base: string): ReadonlyArray<Route> => [
  {
    method: "GET",
    template: base,
    access: "bot",
    handle: (state, request) =>
      Effect.map(place(state, request), guildId =>
        ok(
          state.commands
            .list(guildId)
            .map(command =>
              commandPayload(command, state.world.bot.id, request.query["with_localizations"] === "true")
            )
        )
      )
  },
  {
    method: "PUT",
    template: base,
    access: "bot",
    handle: (state, request) =>
      Effect.gen(function* () {
        const guildId = yield* place(state, request)
        const bodies = yield* validate(CommandSet)(request.body)
        if (bodies.filter(body => (body.type ?? 1) === 1).length > limit) return yield* tooManyCommands()
        const commands = state.commands.replaceAll(guildId, bodies)
        return ok(commands.map(command => commandPayload(command, state.world.bot.id, true)))
      })
  },
  {
    method: "POST",
    template: base,
    access: "bot",
    handle: (state, request) =>
      Effect.gen(function* () {
        const guildId = yield* place(state, request)
        const body = yield* validate(CommandBody)(request.body)
        const registered = state.commands.list(guildId)
        if (registered.length >= limit && !registered.some(command => command.body.name === body.name)) {
          return yield* tooManyCommands()
        }
        const { command, created } = state.commands.upsert(guildId, body)
        return { status: created ? 201 : 200, body: commandPayload(command, state.world.bot.id, true) }
      })
  },
  {
    method: "GET",
    template: `${base}/{command_id}`,
    access: "bot",
    handle: (state, request) =>
      Effect.map(one(state, request), command => ok(commandPayload(command, state.world.bot.id, true)))
  },
  {
    method: "PATCH",
    template: `${base}/{command_id}`,
    access: "bot",
    handle: (state, request) =>
      Effect.gen(function* () {
        const command = yield* one(state, request)
        const changes = typeof request.body === "object" ? request.body : {}
        const body = yield* validate(CommandBody)({ ...command.body, ...changes, type: command.type })
        return ok(commandPayload(state.commands.replace(command, body), state.world.bot.id, true))
      })
  },
  {
    method: "DELETE",
    template: `${base}/{command_id}`,
    access: "bot",
    handle: (state, request) =>
      Effect.map(one(state, request), command => {
        state.commands.remove(command)
        return noContent
      })
  }
]

export const commandRoutes: ReadonlyArray<Route> = [
  ...under("/applications/{application_id}/commands"),
  ...under("/applications/{application_id}/guilds/{guild_id}/commands")
]
