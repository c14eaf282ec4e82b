import { randomBytes } from "node:crypto"
import { Duration, Effect } from "effect"

export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface PostAnswer {
  /** missing if no answer came; `body` then says why */
  readonly status: number | undefined
  readonly body: string
}

/** One POST, no retries. A connection that fails counts as an answer too. */
export const post = (request: Post): Effect.Effect<PostAnswer> =>
  Effect.tryPromise(async signal => {
    const response = await fetch(request.url, {
      method: "POST",
      headers: request.headers,
      body: request.body,
      redirect: "manual",
      signal
    })
    return { status: response.status, body: await response.text() }
  }).pipe(
    Effect.timeout(TIMEOUT),
    Effect.catchAll(error =>
      Effect.succeed({
        status: undefined,
        body: error._tag === "TimeoutException" ? "timeout" : String(error.error)
      })
    )
  )

/** The same trace with a new span, as a backend that traces would send it. Without a parent, a new trace. */
export const childTraceparent = (parent: string | undefined): string => {
  const [, traceId, , flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(parent ?? "") ?? []
  return `00-${traceId ?? randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-${flags ?? "01"}`
}

/** Standard Webhooks recommends 15 to 30 seconds. */
const TIMEOUT = Duration.seconds(15)
