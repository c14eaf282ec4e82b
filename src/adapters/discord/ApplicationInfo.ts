import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Option, Schema } from "effect"
import { DiscordUnreachable, toApiError } from "./RestErrors.ts"

export interface ApplicationInfo {
  readonly id: string
  /** Who its messages are by: another id than its own where the application is old. */
  readonly botUserId: string
  /** Hex of the key that Discord signs interactions with. */
  readonly verifyKey: Option.Option<string>
  /** Kept by Discord, about an hour behind; it costs no cache and no intent. */
  readonly guilds: Option.Option<number>
  /** Where Discord posts interactions; while it is set, none come over the gateway. */
  readonly interactionsUrl: Option.Option<string>
}

/** Who the bot token belongs to. Fails with status 401 when Discord rejects the token. */
export const read = Effect.fn("ApplicationInfo.read")(function* () {
  const rest = yield* DiscordREST
  const answer = yield* Effect.mapError(rest.getMyApplication(), toApiError)
  return yield* decode(answer)
})

const Wire = Schema.Struct({
  id: Schema.String,
  bot: Schema.optional(Schema.NullOr(Schema.Struct({ id: Schema.String }))),
  verify_key: Schema.optional(Schema.NullOr(Schema.String)),
  approximate_guild_count: Schema.optional(Schema.NullOr(Schema.Number)),
  interactions_endpoint_url: Schema.optional(Schema.NullOr(Schema.String))
})

const decode = (answer: unknown): Effect.Effect<ApplicationInfo, DiscordUnreachable> =>
  Schema.decodeUnknown(Wire)(answer).pipe(
    Effect.map(wire => ({
      id: wire.id,
      botUserId: wire.bot?.id ?? wire.id,
      verifyKey: Option.fromNullable(wire.verify_key),
      guilds: Option.fromNullable(wire.approximate_guild_count),
      interactionsUrl: Option.filter(Option.fromNullable(wire.interactions_endpoint_url), url =>
        URL.canParse(url)
      )
    })),
    Effect.mapError(
      () =>
        new DiscordUnreachable({
          reason: "answer",
          method: "GET",
          route: "/applications/@me",
          maybeSent: true
        })
    )
  )
