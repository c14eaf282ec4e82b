import { Effect, Metric } from "effect"
import { headerOf } from "./DiscordHttp.ts"
import type { Answered } from "./DiscordHttp.ts"

export type RateLimitScope = "user" | "global" | "shared"

/** By Discord's `scope`. */
export const rateLimitHits = Metric.counter("discord.rate_limit.hits", {
  description: "Answers of 429 from Discord, waited out or not",
  incremental: true
})

/** Starts the series at 0, so that the first hit counts as an increase. */
export const startCounting = Effect.forEach(
  ["user", "global", "shared"] as const,
  scope => Metric.incrementBy(Metric.tagged(rateLimitHits, "scope", scope), 0),
  { discard: true }
)

export const rateLimitHit = (scope: RateLimitScope, route: string): Effect.Effect<void> =>
  Effect.logWarning("rate_limit_hit").pipe(
    Effect.annotateLogs({ scope, route }),
    Effect.zipRight(Metric.increment(Metric.tagged(rateLimitHits, "scope", scope)))
  )

export const scopeOf = (answer: Answered): RateLimitScope => {
  if (headerOf(answer, "x-ratelimit-global") !== undefined) return "global"
  const scope = headerOf(answer, "x-ratelimit-scope")
  return scope === "global" || scope === "shared" ? scope : "user"
}
