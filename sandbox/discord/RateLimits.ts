import { createHash } from "node:crypto"

export interface RouteLimit {
  readonly limit: number
  readonly windowMs: number
}

export interface Refusal {
  readonly scope: "user" | "global" | "shared"
  readonly retryAfterMs: number
}

export interface RateLimits {
  /** Counts one request. Every answer to it carries the headers. */
  readonly take: (request: {
    readonly route: string
    /** The channel, guild, or webhook with its token: requests share a bucket only within it. */
    readonly major: string
    readonly countsGlobally: boolean
  }) => { readonly headers: Readonly<Record<string, string>>; readonly refused: Refusal | null }
}

/** Close to Discord's present limits; a client must still read the headers. */
const defaults: Readonly<Record<string, RouteLimit>> = {
  "POST /channels/{channel_id}/messages": { limit: 5, windowMs: 5000 },
  "PATCH /channels/{channel_id}/messages/{message_id}": { limit: 5, windowMs: 5000 },
  "DELETE /channels/{channel_id}/messages/{message_id}": { limit: 5, windowMs: 1000 },
  "POST /webhooks/{webhook_id}/{webhook_token}": { limit: 5, windowMs: 2000 },
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": { limit: 5, windowMs: 2000 },
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": { limit: 5, windowMs: 2000 }
}
const otherwise: RouteLimit = { limit: 50, windowMs: 1000 }

interface Window {
  used: number
  resetAt: number
}

export interface RateLimitOptions {
  readonly globalLimitPerSecond: number
  readonly routeLimits: Readonly<Record<string, RouteLimit>>
  readonly now: () => number
}

export const makeRateLimits = (options: RateLimitOptions): RateLimits => {
  const windows = new Map<string, Window>()
  let sweptAt = options.now()

  const open = (key: string, windowMs: number) => {
    const now = options.now()
    const current = windows.get(key)
    if (current && current.resetAt > now) return current
    const fresh = { used: 0, resetAt: now + windowMs }
    windows.set(key, fresh)
    return fresh
  }
  const sweep = () => {
    const now = options.now()
    if (now - sweptAt < 60_000) return
    sweptAt = now
    for (const [key, window] of windows) if (window.resetAt <= now) windows.delete(key)
  }

  return {
    take: ({ countsGlobally, major, route }) => {
      sweep()
      const now = options.now()
      const { limit, windowMs } = options.routeLimits[route] ?? defaults[route] ?? otherwise
      const window = open(`${route} ${major}`, windowMs)
      const afterMs = window.resetAt - now
      const headers = (remaining: number) => ({
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": String(remaining),
        "x-ratelimit-reset": (window.resetAt / 1000).toFixed(3),
        "x-ratelimit-reset-after": (afterMs / 1000).toFixed(3),
        "x-ratelimit-bucket": createHash("md5").update(route).digest("hex")
      })
      if (countsGlobally) {
        const all = open("global", 1000)
        if (all.used >= options.globalLimitPerSecond) {
          return { headers: {}, refused: { scope: "global", retryAfterMs: all.resetAt - now } }
        }
        all.used += 1
      }
      if (window.used >= limit)
        return { headers: headers(0), refused: { scope: "user", retryAfterMs: afterMs } }
      window.used += 1
      return { headers: headers(limit - window.used), refused: null }
    }
  }
}
