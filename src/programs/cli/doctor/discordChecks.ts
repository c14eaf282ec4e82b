import type { DiscordREST } from "dfx/DiscordREST"
import { Effect, Either, Encoding, Option } from "effect"
import * as ApplicationInfo from "../../../adapters/discord/ApplicationInfo.ts"
import * as GatewayAddress from "../../../adapters/discord/GatewayAddress.ts"
import { greeting } from "../../../adapters/discord/gatewayProbe.ts"
import { isTokenRejected } from "../../../adapters/discord/RestErrors.ts"
import type { DiscordFailure } from "../../../adapters/discord/RestErrors.ts"
import type { SettingsValues } from "../../../config/Settings.ts"
import { CommandSync, hasDrift } from "../../discord/CommandSync.ts"
import type { Finding } from "../doctor.ts"
import { failed, ok, skipped } from "./findings.ts"
import { withPermissions } from "./permissionChecks.ts"

const patience = "8 seconds"

/** Token, application, gateway and commands. If Discord refuses the token, the other checks are skipped. */
export const discordFindings = (
  settings: SettingsValues
): Effect.Effect<ReadonlyArray<Finding>, never, DiscordREST> =>
  Effect.gen(function* () {
    const application = yield* Effect.either(inTime(ApplicationInfo.read()))
    if (Either.isLeft(application)) {
      const rest = ["application", "gateway", "commands"].map(check =>
        skipped(check, "needs the Discord token")
      )
      return [failed("discord token", ...refusal(application.left, settings)), ...rest]
    }
    return [
      ok("discord token", "accepted"),
      yield* withPermissions(applicationFinding(settings, application.right)),
      yield* gatewayFinding(settings),
      yield* commandFinding
    ]
  })

type Failure = DiscordFailure | { readonly _tag: "TimeoutException" }

const inTime = <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.timeout(work, patience)

const refusal = (failure: Failure, { discord }: SettingsValues): readonly [string, string] => {
  if (failure._tag === "DiscordApiError" && !failure.fromDiscord && failure.status < 500)
    return [
      `${new URL(discord.apiBaseUrl).host} answers ${failure.status}, and not in Discord's own words`,
      "Ask the operator of the proxy or firewall in between, and check DISCORD_API_BASE_URL"
    ]
  if (failure._tag === "DiscordApiError")
    return isTokenRejected(failure)
      ? ["Discord refuses it (401)", "Set DISCORD_BOT_TOKEN to the token of the developer portal's Bot page"]
      : [`Discord answers ${failure.status}`, "See https://discordstatus.com, or check DISCORD_API_BASE_URL"]
  return [
    `no answer from ${new URL(discord.apiBaseUrl).host}`,
    "Check the network, its proxy and DISCORD_API_BASE_URL"
  ]
}

const applicationFinding = (
  { discord: { interactions } }: SettingsValues,
  { guilds, id, interactionsUrl, verifyKey }: ApplicationInfo.ApplicationInfo
): Finding => {
  const key = Option.getOrElse(verifyKey, () => "")
  if (interactions.mode === "gateway")
    return Option.match(interactionsUrl, {
      onNone: () => ok("application", `${id}, in ${Option.getOrElse(guilds, () => 0)} servers`),
      onSome: url =>
        failed(
          "application",
          `${id} has the interactions endpoint ${new URL(url).host}, so that nothing comes over the gateway`,
          "Clear it in the developer portal, or set DISCORD_INTERACTIONS=http"
        )
    })
  return Encoding.encodeHex(interactions.publicKey) === key.toLowerCase()
    ? ok("application", `${id}, its public key is the configured one`)
    : failed(
        "application",
        `DISCORD_PUBLIC_KEY is not the public key of application ${id}`,
        `Set DISCORD_PUBLIC_KEY=${key}`
      )
}

const gatewayFinding = (settings: SettingsValues) =>
  Effect.gen(function* () {
    if (settings.discord.interactions.mode === "http")
      return skipped("gateway", "interactions come over HTTP")
    const address = yield* Effect.either(inTime(GatewayAddress.read))
    if (Either.isLeft(address))
      return failed("gateway", "Discord does not say where it is", "Try again later")
    const { session_start_limit: limit, shards, url } = address.right
    const greeted = yield* Effect.either(greeting(url))
    if (Either.isLeft(greeted))
      return failed(
        "gateway",
        `${new URL(url).host} does not greet us (${greeted.left.detail})`,
        "Let WebSocket connections to it through the firewall and the proxy"
      )
    if (limit.remaining < shards)
      return failed(
        "gateway",
        `${limit.remaining} of ${limit.total} session starts are left, and ${shards} are needed`,
        `Do not restart; Discord allows more in ${Math.ceil(limit.reset_after / 60_000)} minutes`
      )
    return ok(
      "gateway",
      `greets us; ${shards} shards, ${limit.remaining} of ${limit.total} session starts left`
    )
  })

const commandFinding = Effect.gen(function* () {
  const drift = yield* Effect.flatMap(CommandSync, sync => sync.drift(Option.none())).pipe(
    Effect.provide(CommandSync.Default),
    inTime,
    Effect.either
  )
  if (Either.isLeft(drift))
    return failed("commands", "Discord does not say which are registered", "Try again later")
  const { changed, foreign, missing } = drift.right
  if (!hasDrift(drift.right)) return ok("commands", "registered as this release has them")
  const parts = [
    ...missing.map(name => `/${name} is not registered`),
    ...changed.map(name => `/${name} differs`),
    ...foreign.map(name => `/${name} is not ours`)
  ]
  return failed(
    "commands",
    parts.join(", "),
    "Run `commands sync`, or start the service with SYNC_COMMANDS=true"
  )
})
