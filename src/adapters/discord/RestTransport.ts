import { AsyncLocalStorage } from "node:async_hooks"
import { DiscordAPIError, REST, RateLimitError, RequestMethod } from "@discordjs/rest"
import { Data, Duration, Effect, Redacted } from "effect"
import type { Scope } from "effect"
import { withoutTrailingSlashes } from "../../config/parsers.ts"
import { version } from "../../config/version.ts"
import type { SettingsValues } from "../../config/Settings.ts"
import { neverConnected, systemCode } from "./connectionFaults.ts"
import { DiscordUnreachable, isDiscordsWord } from "./RestErrors.ts"
import { makePace } from "./pace.ts"
import { isPositive } from "./retryAfterHeader.ts"
import { limits } from "./RestPlan.ts"
import { wholeOf } from "./restAnswer.ts"
import type { Lane } from "./restRoute.ts"
import { followWallClock } from "./wallClockSteps.ts"

export const userAgent = `DiscordBot (https://mochi.gg, ${version})`

/**
 * Fifty requests at once would use a second's allowance too, until one takes longer on its way than those of the next
 * second: then Discord counts more than fifty. With this spacing there are 47 a second, and at most 48 in any one.
 */
const spacing = { everyMillis: 21.2, slackMillis: 10 }

/** Of the bot's own calls, as Discord counts them. */
const mostRequestsPerSecond = 50
/** Milliseconds after which the limiters drop empty queues: each interaction token has a queue of its own. */
const sweepsQueuesEvery = 60_000

export type RateLimitScope = "user" | "global" | "shared"

export interface Call {
  readonly lane: Lane
  readonly method: string
  /** Below the base address; has ids and tokens, so it must never leave this module. */
  readonly path: `/${string}`
  /** The path as logs and errors may show it. */
  readonly route: string
  readonly query: URLSearchParams
  readonly contentType: string | undefined
  readonly body: string | FormData | undefined
  /** Whether the limiter waits a rate limit out; if not, it answers 429 at once. */
  readonly waitsForLimits: boolean
  /** Runs when the request leaves the queue for the network. */
  readonly onSend: () => void
  /** Runs for every 429, including those that the limiter waits out. */
  readonly onRateLimit: (scope: RateLimitScope) => void
}

/**
 * A status without a credible answer of Discord: a proxy's page, an empty body, a 429 that names no time, or a failing
 * Discord (5xx).
 */
export class ForeignAnswer extends Data.TaggedError("ForeignAnswer")<{ readonly status: number }> {}

/**
 * Sends one request through the limiter of its lane and reads the whole answer. Returns Discord's own refusals as responses
 * too, and a 429 that names its time.
 */
export type Send = (call: Call) => Effect.Effect<Response, DiscordUnreachable | ForeignAnswer>

/**
 * Three limiters: only the bot's own calls count towards its fifty requests a second, and waiting messages must not delay
 * an interaction's answer.
 */
export const make = (discord: SettingsValues["discord"]): Effect.Effect<Send, never, Scope.Scope> =>
  Effect.gen(function* () {
    const attempts = new AsyncLocalStorage<Attempt>()
    const perform = fetchWith(discord.token, attempts, makePace(spacing.everyMillis, spacing.slackMillis))
    const limiters: Array<REST> = []
    const clockWasSet = followWallClock(limiters)
    const isRefused = (retryAfter: number, longest: number): boolean => {
      const attempt = attempts.getStore()
      if (attempt === undefined) return true
      // The limiter computed this wait before the clock was set.
      attempt.clockWasSet ||= clockWasSet()
      const waits = attempt.call.waitsForLimits && retryAfter > 0 && retryAfter <= longest
      return attempt.clockWasSet || !waits
    }
    const limiter = (lane: Lane) =>
      Effect.tap(acquireLimiter(discord.apiBaseUrl, lane, perform, isRefused), limiter =>
        Effect.sync(() => limiters.push(limiter))
      )
    const lanes: Record<Lane, REST> = {
      callback: yield* limiter("callback"),
      webhook: yield* limiter("webhook"),
      bot: yield* limiter("bot")
    }
    const send: Send = call =>
      Effect.suspend(() => {
        clockWasSet()
        const attempt: Attempt = { call, sent: false, status: undefined, clockWasSet: false }
        return Effect.tryPromise({
          try: signal => attempts.run(attempt, () => request(lanes[call.lane], call, signal)),
          catch: failure => failure
        }).pipe(
          Effect.catchAll(failure =>
            failure instanceof RateLimitError && attempt.clockWasSet ? send(call) : answerOf(failure, attempt)
          )
        )
      })
    return send
  })

/** The state of one try inside the package, which passes nothing of ours on. */
interface Attempt {
  readonly call: Call
  sent: boolean
  status: number | undefined
  /** Whether somebody set the wall clock while the try waited. */
  clockWasSet: boolean
}

const request = async (rest: REST, call: Call, signal: AbortSignal): Promise<Response> => {
  const response = await rest.queueRequest({
    method: methods[call.method] ?? RequestMethod.Get,
    fullRoute: call.path,
    query: call.query,
    // The package would drop the token after one 401, so we set the header.
    auth: false,
    versioned: false,
    signal
  })
  const body = await response.arrayBuffer()
  return new Response(body.byteLength === 0 ? null : body, {
    status: response.status,
    headers: { "content-type": response.headers.get("content-type") ?? "application/json" }
  })
}

const methods: Record<string, RequestMethod> = {
  GET: RequestMethod.Get,
  POST: RequestMethod.Post,
  PUT: RequestMethod.Put,
  PATCH: RequestMethod.Patch,
  DELETE: RequestMethod.Delete
}

type MakeRequest = REST["options"]["makeRequest"]

const acquireLimiter = (
  baseUrl: string,
  lane: Lane,
  makeRequest: MakeRequest,
  isRefused: (retryAfter: number, longest: number) => boolean
) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const longest = Duration.toMillis(limits[lane].deadline)
      return new REST({
        api: withoutTrailingSlashes(baseUrl),
        makeRequest,
        // The package retries a 5xx at once, without a pause.
        retries: 0,
        timeout: limits[lane].tryMillis,
        globalRequestsPerSecond: lane === "bot" ? mostRequestsPerSecond : Number.POSITIVE_INFINITY,
        handlerSweepInterval: sweepsQueuesEvery,
        // Without Retry-After the package would retry at once, for ever; past the deadline waiting is useless.
        rejectOnRateLimit: ({ retryAfter }) => isRefused(retryAfter, longest)
      })
    }),
    rest =>
      Effect.sync(() => {
        rest.clearHandlerSweeper()
        rest.clearHashSweeper()
      })
  )

const fetchWith =
  (
    token: Redacted.Redacted,
    attempts: AsyncLocalStorage<Attempt>,
    botTurn: () => Promise<void>
  ): MakeRequest =>
  async (url, { signal }) => {
    const attempt = attempts.getStore()
    if (attempt === undefined) throw new Error("a request without its attempt")
    const { call } = attempt
    if (call.lane === "bot") await botTurn()
    signal?.throwIfAborted()
    // No other header of the caller's: a content-length makes fetch fail.
    const headers = new Headers({ "user-agent": userAgent })
    if (call.contentType !== undefined) headers.set("content-type", call.contentType)
    if (call.lane === "bot") headers.set("authorization", `Bot ${Redacted.value(token)}`)
    attempt.sent = true
    call.onSend()
    const response = await fetch(url, {
      method: call.method,
      headers,
      body: call.body ?? null,
      redirect: "error",
      signal: signal ?? null
    })
    attempt.status = response.status
    if (response.status === 429) call.onRateLimit(scopeOf(response.headers))
    return wholeOf(response)
  }

const scopeOf = (headers: Headers): RateLimitScope => {
  if (headers.has("x-ratelimit-global")) return "global"
  const scope = headers.get("x-ratelimit-scope")
  return scope === "global" || scope === "shared" ? scope : "user"
}

/** The response behind the package's error; drops the error's own fields, which have the path and the body. */
const answerOf = (
  failure: unknown,
  attempt: Attempt
): Effect.Effect<Response, DiscordUnreachable | ForeignAnswer> => {
  if (failure instanceof RateLimitError) {
    if (!isPositive(failure.retryAfter)) return new ForeignAnswer({ status: 429 })
    return Effect.succeed(
      Response.json(
        { message: "rate limited", retry_after: failure.retryAfter / 1000, global: failure.global },
        { status: 429 }
      )
    )
  }
  if (failure instanceof DiscordAPIError && isDiscordsWord(failure.rawError))
    return Effect.succeed(Response.json(failure.rawError, { status: failure.status }))
  if (attempt.status !== undefined && attempt.status >= 400)
    return new ForeignAnswer({ status: attempt.status })
  const detail = systemCode(failure)
  const timedOut = failure instanceof Error && failure.name === "AbortError"
  return Effect.fail(
    new DiscordUnreachable({
      reason: timedOut ? "timeout" : "connection",
      method: attempt.call.method,
      route: attempt.call.route,
      maybeSent: attempt.sent && !(detail !== undefined && neverConnected.has(detail)),
      ...(detail === undefined ? {} : { detail })
    })
  )
}
