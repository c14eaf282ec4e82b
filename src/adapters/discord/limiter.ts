/** @discordjs/rest as a limiter alone: it knows Discord's buckets, and sends nothing itself. */
import * as Undici from "@effect/platform-node/Undici"
import { REST } from "@discordjs/rest"
import { Duration, Effect, Option } from "effect"
import { withoutTrailingSlashes } from "../../config/parsers.ts"
import * as DiscordHttp from "./DiscordHttp.ts"
import type { Answered } from "./DiscordHttp.ts"
import { limits } from "./RestPlan.ts"
import { retryAfterOf } from "./retryAfter.ts"

/** Milliseconds after which the limiter drops empty queues. */
const sweepsQueuesEvery = 60_000

/** Milliseconds: past the deadline, waiting for a limit is useless. */
export const longestWait = Duration.toMillis(limits.bot.deadline)

export type MakeRequest = REST["options"]["makeRequest"]

export const acquireLimiter = (
  baseUrl: string,
  makeRequest: MakeRequest,
  isRefused: (retryAfter: number) => boolean
) =>
  Effect.acquireRelease(
    Effect.sync(
      () =>
        new REST({
          api: withoutTrailingSlashes(baseUrl),
          makeRequest,
          // The package retries a 5xx at once, without a pause.
          retries: 0,
          // An exchange has a timer of its own, which does not run while it waits for its turn.
          timeout: longestWait,
          // The package would let fifty leave at once, and then wait for longer than a second.
          globalRequestsPerSecond: Number.POSITIVE_INFINITY,
          handlerSweepInterval: sweepsQueuesEvery,
          // Without Retry-After the package would retry at once, for ever.
          rejectOnRateLimit: ({ retryAfter }) => isRefused(retryAfter)
        })
    ),
    rest =>
      Effect.sync(() => {
        rest.clearHandlerSweeper()
        rest.clearHashSweeper()
      })
  )

/** The package reads headers and status, and the JSON of a refusal. */
export const forLimiter = (answer: Answered): Awaited<ReturnType<MakeRequest>> => {
  const { bytes, status } = answer
  const headers = new Undici.Headers()
  for (const name of Object.keys(answer.headers)) headers.set(name, DiscordHttp.headerOf(answer, name) ?? "")
  // It reads this one in seconds only; an answer may have the time as a date, or in its JSON.
  headers.delete("retry-after")
  const wait = status === 429 ? retryAfterOf(answer) : Option.none()
  if (Option.isSome(wait)) headers.set("retry-after", String(wait.value / 1000))
  const text = async () => bytes.toString()
  return {
    ok: status < 300,
    status,
    statusText: "",
    headers,
    body: null,
    bodyUsed: false,
    arrayBuffer: async () => new Uint8Array(bytes).buffer,
    text,
    json: async () => JSON.parse(await text())
  }
}
