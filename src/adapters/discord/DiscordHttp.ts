/** The HTTP client of all calls to Discord: one way to send a request and to read its answer, once, within bounds. */
import * as Undici from "@effect/platform-node/Undici"
import { Effect, Predicate } from "effect"
import type { Scope } from "effect"
import { withoutTrailingSlashes } from "../../config/parsers.ts"
import { version } from "../../config/version.ts"

export const userAgent = `DiscordBot (https://mochi.gg, ${version})`

/** More than a hundred messages of Discord's maximum size. */
const longestAnswerBytes = 8 * 1024 * 1024
/** Of one client; further requests wait for one of them, within their own time. */
const mostConnections = 100
/** Milliseconds for a connection to open; and for which an idle one stays open, as opening one takes several round trips. */
const connectsWithin = 5_000
const keptAliveFor = 30_000

export interface Request {
  readonly method: string
  /** Below the base address, with its query; has ids and tokens, so it must never leave this module. */
  readonly path: `/${string}`
  readonly body: string | Undici.FormData | undefined
  readonly authorization: string | undefined
  /** Milliseconds for the whole exchange. */
  readonly withinMillis: number
  /** Runs when the first byte leaves. */
  readonly onSend: () => void
}

export interface Answered {
  readonly _tag: "Answered"
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly bytes: Buffer
}

export interface Unanswered {
  readonly _tag: "Unanswered"
  readonly reason: "timeout" | "connection"
  /** False only if no byte of the request left. */
  readonly maybeSent: boolean
  /** The system's error code, such as ECONNRESET. */
  readonly detail: string | undefined
}

export type Outcome = Answered | Unanswered

/** Sends once, and tells the end once. Returns how to give the request up: then no end is told. */
export type Exchange = (request: Request, onEnd: (outcome: Outcome) => void) => () => void

/** Each client has connections of its own, so that the calls of one do not wait for those of another. */
export const open = (apiBaseUrl: string): Effect.Effect<Exchange, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { origin, pathname } = new URL(withoutTrailingSlashes(apiBaseUrl))
    const prefix = pathname === "/" ? "" : pathname
    const pool = yield* Effect.acquireRelease(
      Effect.sync(
        () =>
          new Undici.Pool(origin, {
            connections: mostConnections,
            connect: { timeout: connectsWithin },
            keepAliveTimeout: keptAliveFor,
            // An exchange has one timer of its own, for all of it.
            headersTimeout: 0,
            bodyTimeout: 0
          })
      ),
      pool => Effect.promise(() => pool.destroy())
    )
    return (request, onEnd) => {
      const { authorization, body, method, path } = request
      const headers = ["user-agent", userAgent]
      if (typeof body === "string") headers.push("content-type", "application/json")
      if (authorization !== undefined) headers.push("authorization", authorization)
      const exchange = new OneExchange(request, onEnd)
      pool.dispatch(
        { path: `${prefix}${path}`, method: methodOf(method), headers, body: body ?? null },
        exchange
      )
      return () => exchange.giveUp()
    }
  })

/** A header's value; the first, if there are several. */
export const headerOf = ({ headers }: Answered, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === "string" ? value : value?.[0]
}

/** Files beside a message's JSON, as Discord takes them. */
export const formOf = (
  json: string | undefined,
  parts: Iterable<readonly [name: string, value: string | File]>
): Undici.FormData => {
  const form = new Undici.FormData()
  for (const [name, value] of parts) form.append(name, value)
  if (json !== undefined) form.append("payload_json", json)
  return form
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const

const methodOf = (name: string): (typeof methods)[number] => methods.find(method => method === name) ?? "GET"

class Abandoned extends Error {
  override readonly name = "Abandoned"
}

class OneExchange implements Undici.Dispatcher.DispatchHandler {
  #controller: Undici.Dispatcher.DispatchController | undefined
  #chunks: Array<Buffer> = []
  #size = 0
  #status = 0
  #headers: Answered["headers"] = {}
  #isOver = false
  readonly #timer: NodeJS.Timeout
  readonly #request: Request
  readonly #onEnd: (outcome: Outcome) => void

  constructor(request: Request, onEnd: (outcome: Outcome) => void) {
    this.#request = request
    this.#onEnd = onEnd
    this.#timer = setTimeout(() => this.#fail("timeout", undefined), request.withinMillis)
  }

  giveUp() {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#controller?.abort(new Abandoned())
  }

  /** Undici calls this once it has a connection, right before it writes. */
  onRequestStart(controller: Undici.Dispatcher.DispatchController) {
    this.#controller = controller
    if (this.#isOver) controller.abort(new Abandoned())
    else this.#request.onSend()
  }

  onResponseStart(_: unknown, status: number, headers: Answered["headers"]) {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_: unknown, chunk: Buffer) {
    this.#size += chunk.byteLength
    if (this.#size > longestAnswerBytes) this.#fail("connection", undefined)
    else this.#chunks.push(chunk)
  }

  onResponseEnd() {
    // Discord redirects none of these calls, and a token must not follow to another host.
    if (this.#status >= 300 && this.#status < 400) return this.#fail("connection", undefined)
    const bytes = Buffer.concat(this.#chunks, this.#size)
    this.#end({ _tag: "Answered", status: this.#status, headers: this.#headers, bytes })
  }

  onResponseError(_: unknown, error: unknown) {
    const code =
      Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : undefined
    this.#fail("connection", code)
  }

  #fail(reason: Unanswered["reason"], detail: string | undefined) {
    const controller = this.#controller
    this.#end({ _tag: "Unanswered", reason, maybeSent: controller !== undefined, detail })
    controller?.abort(new Abandoned())
  }

  #end(outcome: Outcome) {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#onEnd(outcome)
  }
}
