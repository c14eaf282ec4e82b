import { Context, Deferred, Effect, Layer, Metric, Schema } from "effect"
import { discordTokenRejected } from "../../telemetry/metrics.ts"

/** Discord no longer accepts the bot token. After ten thousand refused calls Discord bans the whole IP address. */
class TokenRejected extends Schema.TaggedError<TokenRejected>()("TokenRejected", {}) {
  override get message(): string {
    return "Discord rejects the bot token (401): check DISCORD_BOT_TOKEN"
  }
}

/** Whether Discord still accepts the bot token, by its answers to the bot's calls. */
export class BotToken extends Context.Tag("mochi/adapters/BotToken")<
  BotToken,
  {
    /** Fails as soon as Discord rejects the token; never succeeds. */
    readonly rejected: Effect.Effect<never, TokenRejected>
    readonly isRejected: Effect.Effect<boolean>
    readonly reject: Effect.Effect<void>
  }
>() {}

export const layer: Layer.Layer<BotToken> = Layer.effect(
  BotToken,
  Effect.map(Deferred.make<never, TokenRejected>(), verdict => ({
    rejected: Deferred.await(verdict),
    isRejected: Deferred.isDone(verdict),
    reject: Effect.zipRight(Deferred.fail(verdict, new TokenRejected()), Metric.set(discordTokenRejected, 1))
  }))
)
