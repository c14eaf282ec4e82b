import { Duration, Option, Schedule, Schema } from "effect"
import type { DiscordFailure } from "./RestErrors.ts"
import { type Lane, laneOf } from "./restRoute.ts"

/** How one call is bounded and repeated. */
export interface Plan {
  readonly lane: Lane
  /** All tries, pauses and waits for a rate limit together. */
  readonly deadline: Duration.Duration
  readonly retries: number
  readonly pause: Duration.Duration
  /** Whether doing it twice is the same as doing it once. */
  readonly repeatable: boolean
  /** Whether a rate limit is waited out here, or handed back with its length. */
  readonly waitsForLimits: boolean
}

interface Limits {
  readonly deadline: Duration.Duration
  /** From the moment a try leaves the queue, in milliseconds. */
  readonly tryMillis: number
  readonly retries: number
  readonly pause: Duration.Duration
}

/** Discord forgets an interaction after three seconds: two tries and their journey fit below that. */
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
 * `body` is the JSON text, when there is one. An edit is never repeated here: its body is a drawing, which has grown old
 * by the time of another try. Whoever drew it draws it anew.
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
 * The limiter waits for a 429, and what it gives up on is the caller's to repeat: only a callback, which would be too
 * late after that, is sent again when no time was named. A request that never left may always be sent again.
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

/** A second callback is refused with 40060 and opening a DM gives the same channel, so both may be repeated. */
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
