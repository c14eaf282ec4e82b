import { Duration, Option, Schedule, Schema } from "effect"
import type { DiscordFailure } from "./RestErrors.ts"

/** A callback is the first answer to an interaction, `answer` what follows by its token; the bot's own calls are `bot`. */
export type Lane = "callback" | "answer" | "bot"

/** The bounds and retries of one call. */
export interface Plan {
  readonly lane: Lane
  /** For all tries, pauses and waits for a rate limit together. */
  readonly deadline: Duration.Duration
  /** From the moment a try leaves the queue, in milliseconds. */
  readonly tryMillis: number
  readonly retries: number
  readonly pause: Duration.Duration
  /** Whether the call is idempotent. */
  readonly repeatable: boolean
  /** Whether the client waits a rate limit out, or returns it with its length. */
  readonly waitsForLimits: boolean
}

/** Discord forgets an interaction after three seconds: two tries and their network time fit into that. */
export const limits = {
  callback: { deadline: Duration.millis(2500), tryMillis: 1200, retries: 3, pause: Duration.millis(60) },
  answer: { deadline: Duration.seconds(15), tryMillis: 6000, retries: 4, pause: Duration.millis(250) },
  bot: { deadline: Duration.seconds(30), tryMillis: 10_000, retries: 4, pause: Duration.millis(250) }
} as const

/**
 * The calls of an interaction's own token. Discord refuses a second callback with 40060, so it is safe to retry. The client
 * never retries an edit: by then its message is out of date, so the caller draws it again.
 */
export const plans = {
  acknowledge: { ...limits.callback, lane: "callback", repeatable: true, waitsForLimits: true },
  edit: { ...limits.answer, lane: "answer", retries: 0, repeatable: true, waitsForLimits: false },
  followUp: { ...limits.answer, lane: "answer", repeatable: false, waitsForLimits: true }
} as const satisfies Record<string, Plan>

/** Of a call of the bot's own. `body` is the JSON text, if there is one. */
export const planFor = (method: string, path: string, body: Option.Option<string>): Plan => ({
  ...limits.bot,
  lane: "bot",
  retries: method === "PATCH" ? 0 : limits.bot.retries,
  repeatable: isRepeatable(method, path, body),
  waitsForLimits: true
})

/**
 * The client waits out a 429, and leaves those that it gives up on to the caller. Only a callback, which would be too late
 * then, is retried if the 429 names no time. A request that was never sent is always safe to retry.
 */
export const mayRetry = (plan: Plan, failure: DiscordFailure): boolean => {
  if (failure._tag === "DiscordApiError") {
    if (failure.status === 429) return plan.lane === "callback" && failure.retryAfter === undefined
    return plan.repeatable && (failure.status >= 500 || !failure.fromDiscord)
  }
  if (failure.reason === "answer") return false
  return plan.repeatable || !failure.maybeSent
}

export const retrySchedule = (plan: Plan) =>
  Schedule.exponential(plan.pause, 2).pipe(
    Schedule.jitteredWith(jitter),
    Schedule.intersect(Schedule.recurs(plan.retries))
  )

const jitter = { min: 0.5, max: 1.5 }

/** The same pause, in milliseconds, after so many retries; `random` is from 0 to 1. */
export const retryPause = ({ pause }: Plan, retries: number, random: number): number =>
  Duration.toMillis(pause) * 2 ** retries * (jitter.min + (jitter.max - jitter.min) * random)

/** Discord opens the same DM channel again. */
const isRepeatable = (method: string, path: string, body: Option.Option<string>): boolean =>
  method !== "POST" ||
  path === "/users/@me/channels" ||
  Option.exists(body, text => Option.isSome(decodeNonce(text)))

const decodeNonce = Schema.decodeUnknownOption(
  Schema.parseJson(
    Schema.Struct({
      nonce: Schema.Union(Schema.NonEmptyString, Schema.Int),
      enforce_nonce: Schema.Literal(true)
    })
  )
)
