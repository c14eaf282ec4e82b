import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Option, Schema } from "effect"
import { DiscordUnreachable, toApiError } from "./RestErrors.ts"

export interface ApplicationInfo {
  readonly id: string
  /** The author of its messages: for an old application, another id than its own. */
  readonly botUserId: string
  /** Hex of the public key that verifies Discord's signatures of interactions. */
  readonly verifyKey: Option.Option<string>
  /** Discord's own count, about an hour old; it needs no cache and no intent. */
  readonly guilds: Option.Option<number>
  /** Where Discord posts interactions; while it is set, the gateway delivers none. */
  readonly interactionsUrl: Option.Option<string>
}

/** The application that the bot token belongs to. Fails with status 401 if Discord rejects the token. */
export const read = Effect.fnUntraced(function* () {
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
