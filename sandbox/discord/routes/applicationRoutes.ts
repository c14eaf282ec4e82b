import { Effect } from "effect"
import { unknownGuild, unknownMember, unknownUser } from "../DiscordError.ts"
import type { State } from "../State.ts"
import { channelPayload, fullPermissions, guildPayload, memberPayload, userPayload } from "../wire.ts"
import type { Route } from "./Route.ts"
import { ok } from "./Route.ts"

const application = (state: State) => ({
  id: state.settings.applicationId,
  name: state.settings.botName,
  icon: null,
  description: "",
  type: null,
  bot: userPayload(state.world.bot),
  summary: "",
  bot_public: true,
  bot_require_code_grant: false,
  verify_key: state.settings.publicKey,
  flags: 0,
  flags_new: "0",
  role_connections_verification_url: null,
  approximate_user_authorization_count: 0,
  explicit_content_filter: 0,
  eligible_oauth2_scopes: ["bot", "applications.commands"],
  hook: true,
  tags: [],
  redirect_uris: [],
  interactions_endpoint_url: null,
  approximate_guild_count: state.world.guilds.size,
  approximate_user_install_count: 0,
  integration_types_config: { "0": {} },
  owner: userPayload(state.world.bot),
  team: null
})

const gatewayUrl = (state: State) => state.url.replace(/^http/, "ws")

export const applicationRoutes: ReadonlyArray<Route> = [
  {
    method: "GET",
    template: "/gateway",
    access: "open",
    handle: state => Effect.succeed(ok({ url: gatewayUrl(state) }))
  },
  {
    method: "GET",
    template: "/gateway/bot",
    access: "bot",
    handle: state =>
      Effect.succeed(
        ok({
          url: gatewayUrl(state),
          shards: state.settings.shards,
          session_start_limit: {
            total: state.settings.sessionStartLimit,
            remaining: state.sessionStartsLeft,
            reset_after: 86_400_000,
            max_concurrency: state.settings.maxConcurrency
          }
        })
      )
  },
  {
    method: "GET",
    template: "/users/@me",
    access: "bot",
    handle: state =>
      Effect.succeed(
        ok({
          ...userPayload(state.world.bot),
          verified: true,
          mfa_enabled: true,
          email: null,
          locale: "en-US"
        })
      )
  },
  {
    method: "GET",
    template: "/users/@me/guilds",
    access: "bot",
    handle: state =>
      Effect.succeed(
        ok(
          [...state.world.guilds.values()].map(({ id, name }) => ({
            id,
            name,
            owner: false,
            permissions: fullPermissions.toString(),
            features: []
          }))
        )
      )
  },
  {
    method: "GET",
    template: "/applications/@me",
    access: "bot",
    handle: state => Effect.succeed(ok(application(state)))
  },
  {
    method: "GET",
    template: "/oauth2/applications/@me",
    access: "bot",
    handle: state => Effect.succeed(ok(application(state)))
  },
  {
    method: "GET",
    template: "/users/{user_id}",
    access: "bot",
    handle: ({ world }, request) => {
      const user = world.users.get(request.param("user_id"))
      return user ? Effect.succeed(ok(userPayload(user))) : unknownUser()
    }
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}",
    access: "bot",
    handle: ({ world }, request) => {
      const guild = world.guilds.get(request.param("guild_id"))
      return guild
        ? Effect.succeed(ok({ ...guildPayload(guild), approximate_member_count: guild.memberIds.size }))
        : unknownGuild()
    }
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}/channels",
    access: "bot",
    handle: ({ world }, request) => {
      const guild = world.guilds.get(request.param("guild_id"))
      return guild
        ? Effect.succeed(ok(world.channelsOf(guild).map(channel => channelPayload(channel, world))))
        : unknownGuild()
    }
  },
  {
    method: "GET",
    template: "/guilds/{guild_id}/members/{user_id}",
    access: "bot",
    handle: ({ world }, request) =>
      Effect.gen(function* () {
        const guild = world.guilds.get(request.param("guild_id"))
        if (!guild) return yield* unknownGuild()
        const user = world.users.get(request.param("user_id"))
        if (!user) return yield* unknownUser()
        if (!guild.memberIds.has(user.id)) return yield* unknownMember()
        return ok(memberPayload(user, guild))
      })
  }
]
