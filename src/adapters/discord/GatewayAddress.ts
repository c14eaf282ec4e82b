import { REST } from "@discordjs/rest"
import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Schema } from "effect"
import type { GatewayFatal } from "../../ports/GatewayConnection.ts"
import { tokenRefused } from "./closeCodes.ts"
import { type DiscordFailure, DiscordUnreachable, isTokenRejected, toApiError } from "./RestErrors.ts"

const mostShards = 100_000

const GatewayUrl = Schema.String.pipe(
  Schema.pattern(/^wss?:\/\/[^\s?#]+$/),
  Schema.filter(url => URL.canParse(url))
)

/** Whether a socket can open this URL: the package appends its query, and throws for anything that is no URL. */
export const isGatewayUrl = Schema.is(GatewayUrl)

/** The gateway's URL and its number of shards, which the bot asks Discord for before each connection. */
export const GatewayAddress = Schema.Struct({
  url: GatewayUrl,
  shards: Schema.Int.pipe(Schema.between(1, mostShards)),
  session_start_limit: Schema.Struct({
    total: Schema.Int,
    /** Identifies left in this window; one too many resets the token. */
    remaining: Schema.Int,
    /** Milliseconds. */
    reset_after: Schema.NonNegative,
    max_concurrency: Schema.Positive.pipe(Schema.int())
  })
})
export type GatewayAddress = typeof GatewayAddress.Type

export const read: Effect.Effect<GatewayAddress, GatewayFatal | DiscordFailure, DiscordREST> =
  DiscordREST.pipe(
    Effect.flatMap(rest => rest.getBotGateway()),
    Effect.mapError(error => {
      const failure = toApiError(error)
      return isTokenRejected(failure) ? tokenRefused() : failure
    }),
    Effect.flatMap(answer =>
      Effect.mapError(
        Schema.decodeUnknown(GatewayAddress)(answer),
        () =>
          new DiscordUnreachable({
            reason: "answer",
            method: "GET",
            route: "/gateway/bot",
            maybeSent: true
          })
      )
    )
  )

/**
 * The package asks its own REST client for the address. This client returns the address that we already have, and leaves
 * the count of identifies to us: the package's check also stops a bot whose shards would all resume.
 */
export class FixedAddress extends REST {
  readonly #address: GatewayAddress

  constructor(address: GatewayAddress) {
    super({ hashSweepInterval: 0, handlerSweepInterval: 0 })
    this.#address = address
  }

  override async get(): Promise<unknown> {
    const { session_start_limit: limit, ...rest } = this.#address
    return { ...rest, session_start_limit: { ...limit, remaining: Number.MAX_SAFE_INTEGER } }
  }
}
