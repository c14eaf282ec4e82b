/** The bot's own calls, through the limiter that knows Discord's buckets. */
import { AsyncLocalStorage } from "node:async_hooks"
import type * as Undici from "@effect/platform-node/Undici"
import { type REST, RateLimitError, RequestMethod } from "@discordjs/rest"
import { Duration, Effect, Option, Redacted } from "effect"
import type { Scope } from "effect"
import type { SettingsValues } from "../../config/Settings.ts"
import * as DiscordHttp from "./DiscordHttp.ts"
import type { Answered, Exchange, Outcome } from "./DiscordHttp.ts"
import { acquireLimiter, forLimiter, longestWait } from "./limiter.ts"
import type { MakeRequest } from "./limiter.ts"
import { makePace } from "./pace.ts"
import type { Pace } from "./pace.ts"
import { scopeOf } from "./rateLimitHits.ts"
import type { RateLimitScope } from "./rateLimitHits.ts"
import { DiscordApiError, DiscordUnreachable } from "./RestErrors.ts"
import type { DiscordFailure } from "./RestErrors.ts"
import { failureOf } from "./restFailure.ts"
import { limits } from "./RestPlan.ts"
import { isPositive, retryAfterOf } from "./retryAfter.ts"
import { followWallClock } from "./wallClockSteps.ts"

/** Of the bot's own calls, as Discord counts them. */
const mostRequestsPerSecond = 50
/** Milliseconds: fifty in half a second. */
const requestEvery = 10
/** Milliseconds after which Discord has certainly counted a request, although no answer came. */
const countedAfter = 2_000

export interface Call {
  readonly method: string
  /** Below the base address; has ids, so it must never leave this module. */
  readonly path: `/${string}`
  /** The path as logs and errors may show it. */
  readonly route: string
  readonly query: URLSearchParams
  readonly body: string | Undici.FormData | undefined
  /** Runs when the request leaves the queue for the network. */
  readonly onSend: () => void
  /** Runs for every 429, including those that the limiter waits out. */
  readonly onRateLimit: (scope: RateLimitScope) => void
}

/**
 * Sends one request through the limiter and reads the whole answer. Returns what Discord itself refuses as an answer too,
 * but not a 429.
 */
export type Send = (call: Call) => Effect.Effect<Answered, DiscordFailure>

export const make = (discord: SettingsValues["discord"]): Effect.Effect<Send, never, Scope.Scope> =>
  Effect.gen(function* () {
    const attempts = new AsyncLocalStorage<Attempt>()
    const exchange = yield* DiscordHttp.open(discord.apiBaseUrl)
    const pace = makePace({
      perSecond: mostRequestsPerSecond,
      everyMillis: requestEvery,
      lostAfterMillis: countedAfter
    })
    const makeRequest: MakeRequest = async (_, { signal }) => {
      const attempt = attempts.getStore()
      if (attempt === undefined) throw new Error("a request without its attempt")
      const turn = pace.queue()
      signal?.addEventListener("abort", turn.end, { once: true })
      try {
        await turn.come
        signal?.throwIfAborted()
        const onSend = () => {
          turn.leaves()
          attempt.call.onSend()
        }
        const call = { ...attempt.call, onSend }
        attempt.outcome = await exchanged(exchange, call, discord.token, signal ?? undefined)
      } finally {
        turn.end()
      }
      if (attempt.outcome._tag === "Unanswered") throw new Error("no answer")
      noteRateLimit(attempt.call, attempt.outcome, pace)
      return forLimiter(attempt.outcome)
    }
    const limiters: Array<REST> = []
    const clockWasSet = followWallClock(limiters)
    const isRefused = (retryAfter: number): boolean => {
      const attempt = attempts.getStore()
      if (attempt === undefined) return true
      // The limiter computed this wait before the clock was set.
      attempt.clockWasSet ||= clockWasSet()
      return attempt.clockWasSet || !(retryAfter > 0 && retryAfter <= longestWait)
    }
    const limiter = yield* acquireLimiter(discord.apiBaseUrl, makeRequest, isRefused)
    limiters.push(limiter)
    const send: Send = call =>
      Effect.suspend(() => {
        clockWasSet()
        const attempt: Attempt = { call, outcome: undefined, clockWasSet: false }
        return Effect.tryPromise({
          try: signal => attempts.run(attempt, () => queued(limiter, call, signal)),
          catch: failure => failure
        }).pipe(
          Effect.matchEffect({
            onFailure: failure => {
              if (!(failure instanceof RateLimitError)) return concluded(attempt)
              return attempt.clockWasSet ? send(call) : limited(call, failure)
            },
            onSuccess: () => concluded(attempt)
          })
        )
      })
    return send
  })

/** The state of one try inside the package, which passes nothing of ours on. */
interface Attempt {
  readonly call: Call
  outcome: Outcome | undefined
  /** Whether somebody set the wall clock while the try waited. */
  clockWasSet: boolean
}

const queued = (rest: REST, call: Call, signal: AbortSignal) =>
  rest.queueRequest({
    method: methods[call.method] ?? RequestMethod.Get,
    fullRoute: call.path,
    // The package would drop the token after one 401, so we set the header.
    auth: false,
    versioned: false,
    signal
  })

const methods: Record<string, RequestMethod> = {
  GET: RequestMethod.Get,
  POST: RequestMethod.Post,
  PUT: RequestMethod.Put,
  PATCH: RequestMethod.Patch,
  DELETE: RequestMethod.Delete
}

const exchanged = (
  exchange: Exchange,
  { body, method, onSend, path, query }: Call,
  token: Redacted.Redacted,
  signal: AbortSignal | undefined
) =>
  new Promise<Outcome>((resolve, reject) => {
    const giveUp = exchange(
      {
        method,
        path: query.size === 0 ? path : `${path}?${query}`,
        body,
        authorization: `Bot ${Redacted.value(token)}`,
        withinMillis: limits.bot.tryMillis,
        onSend
      },
      resolve
    )
    const leave = () => {
      giveUp()
      reject(new Error("given up"))
    }
    signal?.addEventListener("abort", leave, { once: true })
  })

/** The package holds back what it has not yet passed on; what waits for its turn is held back here. */
const noteRateLimit = (call: Call, answer: Answered, pace: Pace) => {
  if (answer.status !== 429) return
  const scope = scopeOf(answer)
  call.onRateLimit(scope)
  if (scope === "global") pace.hold(Option.getOrElse(retryAfterOf(answer), () => 0))
}

const concluded = ({ call, outcome }: Attempt): Effect.Effect<Answered, DiscordFailure> => {
  const { method, route } = call
  if (outcome === undefined)
    return new DiscordUnreachable({ reason: "timeout", method, route, maybeSent: false })
  if (outcome._tag === "Answered" && outcome.status < 300) return Effect.succeed(outcome)
  const failure = failureOf(call, outcome)
  const isRefusal = failure._tag === "DiscordApiError" && failure.fromDiscord && failure.status !== 429
  return isRefusal && outcome._tag === "Answered" ? Effect.succeed(outcome) : failure
}

/** The limiter knows of a limit that it does not wait out. */
const limited = ({ method, route }: Call, { retryAfter }: RateLimitError) =>
  new DiscordApiError({
    code: 0,
    status: 429,
    fromDiscord: isPositive(retryAfter),
    method,
    route,
    ...(isPositive(retryAfter) ? { retryAfter: Duration.millis(retryAfter) } : {})
  })
