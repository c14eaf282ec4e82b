import { Duration, Option, Schedule, Schema } from "effect"
import type { DiscordFailure } from "./RestErrors.ts"
import { type Lane, laneOf } from "./restRoute.ts"

/** The bounds and retries of one call. */
export interface Plan {
  readonly lane: Lane
  /** For all tries, pauses and waits for a rate limit together. */
  readonly deadline: Duration.Duration
  readonly retries: number
  readonly pause: Duration.Duration
  /** Whether the call is idempotent. */
  readonly repeatable: boolean
  /** Whether the client waits a rate limit out, or returns it with its length. */
  readonly waitsForLimits: boolean
}

interface Limits {
  readonly deadline: Duration.Duration
  /** From the moment a try leaves the queue, in milliseconds. */
  readonly tryMillis: number
  readonly retries: number
  readonly pause: Duration.Duration
}

/** Discord forgets an interaction after three seconds: two tries and their network time fit into that. */
export const limits: Record<Lane, Limits> = {
  callback: {
    deadline: Duration.millis(2500),
    tryMillis: 1200,
    retries: 3,
    pause: Duration.millis(60)
  },
  webhook: {
    deadline: Duration.seconds(15),
    tryMillis: 6000,
    retries: 4,
    pause: Duration.millis(250)
  },
  bot: { deadline: Duration.seconds(30), tryMillis: 10_000, retries: 4, pause: Duration.millis(250) }
}

/**
 * `body` is the JSON text, if there is one. The client never retries an edit: by then its message is out of date, so the
 * caller draws it again.
 */
export const planFor = (method: string, path: string, body: Option.Option<string>): Plan => {
  const lane = laneOf(path)
  const { deadline, pause, retries } = limits[lane]
  const isEdit = method === "PATCH"
  return {
    lane,
    deadline,
    retries: isEdit ? 0 : retries,
    pause,
    repeatable: isRepeatable(method, path, lane, body),
    waitsForLimits: !(isEdit && lane === "webhook")
  }
}

/**
 * The limiter waits out a 429, and leaves those that it gives up on to the caller. Only a callback, which would be too late
 * then, is retried if the 429 names no time. A request that was never sent is always safe to retry.
 */
export const mayRetry = (plan: Plan, failure: DiscordFailure): boolean => {
  if (failure._tag === "DiscordApiError") {
    if (failure.status === 429) return plan.lane === "callback"
    return plan.repeatable && (failure.status >= 500 || !failure.fromDiscord)
  }
  if (failure.reason === "answer") return false
  return plan.repeatable || !failure.maybeSent
}

export const retrySchedule = (plan: Plan) =>
  Schedule.exponential(plan.pause, 2).pipe(
    Schedule.jitteredWith({ min: 0.5, max: 1.5 }),
    Schedule.intersect(Schedule.recurs(plan.retries))
  )

/** Discord refuses a second callback with 40060, and opens the same DM channel again, so both are safe to retry. */
const isRepeatable = (method: string, path: string, lane: Lane, body: Option.Option<string>): boolean => {
  if (method !== "POST") return true
  if (lane === "callback" || path === "/users/@me/channels") return true
  return lane === "bot" && Option.exists(body, text => Option.isSome(decodeNonce(text)))
}

const decodeNonce = Schema.decodeUnknownOption(
  Schema.parseJson(
    Schema.Struct({
      nonce: Schema.Union(Schema.NonEmptyString, Schema.Int),
      enforce_nonce: Schema.Literal(true)
    })
  )
)
