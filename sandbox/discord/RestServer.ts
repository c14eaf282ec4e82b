import type { IncomingMessage, ServerResponse } from "node:http"
import { Effect } from "effect"
import * as Refusal from "./DiscordError.ts"
import type { DiscordError } from "./DiscordError.ts"
import type { FaultEffect } from "./Faults.ts"
import type { DecodedBody } from "./Multipart.ts"
import { decodeBody } from "./Multipart.ts"
import type { Refusal as LimitRefusal } from "./RateLimits.ts"
import type { Reply, RequestRecord } from "./Recorder.ts"
import type { Route } from "./routes/Route.ts"
import { targetOf } from "../target.ts"
import { findRoute } from "./router.ts"
import type { State } from "./State.ts"

/** An answer, or none: the fake leaves the connection open or cuts it. */
type Answer =
  | { readonly _tag: "Send"; readonly status: number; readonly headers: Headers; readonly body: unknown }
  | { readonly _tag: "Hang" }
  | { readonly _tag: "Cut" }
type Headers = Readonly<Record<string, string>>

const send = (status: number, body: unknown, headers: Headers = {}): Answer => ({
  _tag: "Send",
  status,
  headers,
  body
})
const sendError = (error: DiscordError, headers: Headers = {}): Answer =>
  send(error.status, error.body, {
    ...headers,
    ...(error.retryAfterMs === undefined
      ? {}
      : { "retry-after": String(Math.ceil(error.retryAfterMs / 1000)) })
  })

const crash = send(500, { message: "500: Internal Server Error", code: 0 })

/** 25 MiB; Discord refuses a larger body in every guild. */
const maxBodyBytes = 25 * 1024 * 1024

export const handleRest = (
  state: State,
  request: IncomingMessage,
  response: ServerResponse
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const target = targetOf(request.url)
    const method = request.method ?? "GET"
    const bytes = yield* readBody(request)
    const at = state.clock.now()
    const decoded = yield* Effect.promise(() =>
      decodeBody(bytes, request.headers["content-type"]).then(
        body => body,
        () => undefined
      )
    )
    const path = target.path.replace(/^\/api\/v10(?=\/)/, "")
    const match = path === target.path ? ({ _tag: "NotFound" } as const) : findRoute(method, path)
    const route = match._tag === "Found" ? match.route.template : path
    const query = Object.fromEntries(new URLSearchParams(target.query))
    const answer = yield* Effect.suspend(() => {
      if (match._tag !== "Found") {
        return Effect.succeed(
          sendError(match._tag === "NotFound" ? Refusal.notFound() : Refusal.methodNotAllowed())
        )
      }
      if (bytes.length > maxBodyBytes) return Effect.succeed(sendError(Refusal.tooLarge()))
      return answerRoute(state, match.route, {
        path,
        params: match.params,
        query,
        authorization: request.headers.authorization,
        decoded
      })
    })
    const record: RequestRecord = {
      method,
      route,
      path,
      query,
      body: decoded?.body,
      files: (decoded?.files ?? []).map(file => ({ filename: file.filename, size: file.bytes.length })),
      userAgent: request.headers["user-agent"] ?? null,
      contentType: request.headers["content-type"] ?? null,
      at,
      status: answer._tag === "Send" ? answer.status : 0,
      response: answer._tag === "Send" ? answer.body : undefined
    }
    state.requests.add(record)
    write(answer, request, response)
    state.bus.emit({ _tag: "RequestDone", request: record })
  }).pipe(
    Effect.catchAllDefect(defect =>
      Effect.logError("fake Discord: a request crashed", defect).pipe(
        Effect.zipRight(Effect.sync(() => write(crash, request, response)))
      )
    )
  )

interface Found {
  readonly path: string
  readonly params: ReadonlyMap<string, string>
  readonly query: Readonly<Record<string, string>>
  readonly authorization: string | undefined
  readonly decoded: DecodedBody | undefined
}

const answerRoute = (state: State, route: Route, found: Found): Effect.Effect<Answer> =>
  Effect.gen(function* () {
    const name = `${route.method} ${route.template}`
    const faults = state.faults.take(name, { path: found.path, body: found.decoded?.body })
    for (const fault of faults) if (fault.kind === "latency") yield* wait(state, fault.ms)
    const early = faults.map(fault => beforeWork(state, name, fault)).find(answer => answer !== undefined)
    if (early) return early

    if (
      route.access === "bot" &&
      (state.tokenRefused || found.authorization !== `Bot ${state.settings.token}`)
    ) {
      return sendError(Refusal.unauthorized())
    }
    const { headers, refused } = state.limits.take({
      route: name,
      major: majorOf(found.params),
      countsGlobally: route.access === "bot"
    })
    if (refused) return rateLimited(state, name, refused, headers)
    const { decoded } = found
    if (decoded === undefined) return sendError(Refusal.invalidJson(), headers)

    const answer = yield* route
      .handle(state, {
        param: key => found.params.get(key) ?? "",
        query: found.query,
        body: decoded.body,
        files: decoded.files
      })
      .pipe(
        Effect.match({
          onFailure: error => sendError(error, headers),
          onSuccess: (reply: Reply) => send(reply.status, reply.body, headers)
        })
      )
    return faults.map(afterWork).find(late => late !== undefined) ?? answer
  })

const beforeWork = (state: State, route: string, fault: FaultEffect): Answer | undefined => {
  switch (fault.kind) {
    case "status":
      return fault.when === "after" ? undefined : faultStatus(fault)
    case "rateLimit":
      return rateLimited(
        state,
        route,
        { scope: fault.scope ?? "user", retryAfterMs: fault.retryAfterMs },
        {},
        fault.headers
      )
    case "hang":
      return fault.when === "after" ? undefined : { _tag: "Hang" }
    case "cut":
      return fault.when === "before" ? { _tag: "Cut" } : undefined
    case "latency":
      return undefined
  }
}

const afterWork = (fault: FaultEffect): Answer | undefined => {
  if (fault.kind === "status") return faultStatus(fault)
  if (fault.kind === "cut") return { _tag: "Cut" }
  return fault.kind === "hang" ? { _tag: "Hang" } : undefined
}

const faultStatus = (fault: Extract<FaultEffect, { readonly kind: "status" }>): Answer =>
  send(fault.status, fault.html ?? fault.body ?? { message: `${fault.status}: fault`, code: 0 })

const rateLimited = (
  state: State,
  route: string,
  { retryAfterMs, scope }: LimitRefusal,
  headers: Headers,
  withHeaders = true
): Answer => {
  state.bus.emit({ _tag: "RateLimited", route, scope, retryAfterMs })
  const global = scope === "global"
  const body = { message: "You are being rate limited.", retry_after: retryAfterMs / 1000, global }
  if (!withHeaders) return send(429, body)
  return send(429, body, {
    ...headers,
    "retry-after": String(Math.ceil(retryAfterMs / 1000)),
    "x-ratelimit-scope": scope,
    ...(global ? { "x-ratelimit-global": "true" } : {})
  })
}

/** Requests share a bucket only within their channel, guild, or webhook with its token. */
const majorOf = (params: ReadonlyMap<string, string>) =>
  ["channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_id"]
    .map(key => params.get(key) ?? "")
    .join(" ")

/** Waits by the fake's clock, whatever clock the fiber has. */
const wait = (state: State, ms: number) =>
  Effect.async<void>(resume => {
    const cancel = state.clock.after(ms, () => resume(Effect.void))
    return Effect.sync(cancel)
  })

const readBody = (request: IncomingMessage) =>
  Effect.async<Buffer>(resume => {
    const chunks: Array<Buffer> = []
    let size = 0
    request.on("data", (chunk: Buffer) => {
      size += chunk.length
      // One chunk over the limit is enough to see that the body is too large.
      if (size - chunk.length <= maxBodyBytes) chunks.push(chunk)
    })
    request.on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
    // The client is gone, so there is nobody to answer.
    request.on("error", () => resume(Effect.interrupt))
  })

const write = (answer: Answer, request: IncomingMessage, response: ServerResponse) => {
  switch (answer._tag) {
    case "Hang":
      return
    case "Cut":
      request.socket.destroy()
      return
    case "Send": {
      if (response.destroyed || response.headersSent) return
      const html = typeof answer.body === "string"
      const content = answer.body === undefined ? undefined : html ? answer.body : JSON.stringify(answer.body)
      response.writeHead(answer.status, {
        ...(content === undefined ? {} : { "content-type": html ? "text/html" : "application/json" }),
        ...answer.headers
      })
      response.end(content)
    }
  }
}
