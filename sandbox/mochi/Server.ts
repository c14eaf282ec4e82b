import { Effect, FiberSet } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { isOurs } from "../guard.ts"
import { targetOf } from "../target.ts"
import type { Headers } from "./authorise.ts"

/** A request as it came off the socket. */
export interface Incoming {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Headers
  readonly body: string
}

/** What the server does with the socket: a proper answer, or a fault. */
export type Outgoing =
  | { readonly _tag: "Answer"; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly _tag: "Huge"; readonly status: number; readonly bytes: number }
  /** promises the whole body, sends half of it and closes */
  | { readonly _tag: "Cut"; readonly status: number; readonly body: string }
  | { readonly _tag: "Reset" }
  | { readonly _tag: "Hang" }

/**
 * An HTTP server on loopback that lives as long as the scope. Open connections, hanging ones included, are closed with
 * it. `now` fills the `Date` header.
 */
export const serve = Effect.fn("FakeMochi.serve")(function* (options: {
  readonly port: number
  readonly now: Effect.Effect<number>
  readonly handle: (incoming: Incoming) => Effect.Effect<Outgoing>
}) {
  const run = yield* FiberSet.makeRuntime<never>()
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
        // a client may leave in the middle of an answer
        response.on("error", () => {})
        run(
          Effect.catchAllDefect(exchange(options, request, response), defect =>
            Effect.zipRight(
              Effect.logError("fake Mochi: a request crashed", defect),
              Effect.sync(() => response.destroy())
            )
          )
        )
      })
    ),
    server =>
      Effect.async<void>(resume => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const port = yield* Effect.async<number>(resume => {
    // if the port is taken, the caller made a mistake
    server.once("error", cause => resume(Effect.die(cause)))
    server.listen(options.port, "127.0.0.1", () => {
      const address = server.address()
      resume(
        typeof address === "object" && address !== null
          ? Effect.succeed(address.port)
          : Effect.dieMessage("The fake Mochi did not get a port")
      )
    })
  })
  return { port, url: `http://127.0.0.1:${port}` }
})

const BODY_LIMIT = 1024 * 1024
const CHUNK = "x".repeat(64 * 1024)

const exchange = Effect.fnUntraced(function* (
  options: {
    readonly now: Effect.Effect<number>
    readonly handle: (incoming: Incoming) => Effect.Effect<Outgoing>
  },
  request: IncomingMessage,
  response: ServerResponse
) {
  const body = yield* readBody(request)
  if (body === undefined) {
    return
  }
  const outgoing: Outgoing = !isOurs(request.headers)
    ? { _tag: "Answer", status: 403, headers: {}, body: '{"error":"foreign Host or Origin"}' }
    : yield* options.handle({
        method: request.method ?? "GET",
        ...targetOf(request.url),
        headers: flatHeaders(request),
        body
      })
  response.setHeader("Date", new Date(yield* options.now).toUTCString())
  yield* send(outgoing, request, response)
})

/** `undefined` if the client went away or sent more than the limit. */
const readBody = (request: IncomingMessage): Effect.Effect<string | undefined> =>
  Effect.async(resume => {
    const chunks: Array<Buffer> = []
    let size = 0
    request.on("data", (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > BODY_LIMIT) {
        request.destroy()
      }
    })
    request.once("end", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
    request.once("close", () => resume(Effect.succeed(undefined)))
  })

const flatHeaders = (request: IncomingMessage): Headers =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]]
    )
  )

const send = (
  outgoing: Outgoing,
  request: IncomingMessage,
  response: ServerResponse
): Effect.Effect<void> => {
  switch (outgoing._tag) {
    case "Answer":
      return Effect.sync(() => {
        response.writeHead(outgoing.status, { "content-type": "application/json", ...outgoing.headers })
        response.end(outgoing.body)
      })
    case "Huge":
      return sendHuge(outgoing.status, outgoing.bytes, response)
    case "Cut":
      return Effect.sync(() => {
        const bytes = Buffer.from(outgoing.body)
        response.writeHead(outgoing.status, {
          "content-type": "application/json",
          "content-length": bytes.length
        })
        response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
      })
    case "Reset":
      return Effect.sync(() => request.socket.resetAndDestroy())
    case "Hang":
      return Effect.void
  }
}

/** Sends valid JSON of a little more than `bytes`, no faster than the client reads it. */
const sendHuge = Effect.fnUntraced(function* (status: number, bytes: number, response: ServerResponse) {
  const write = (chunk: string) =>
    Effect.async<boolean>(resume => {
      const gone = () => resume(Effect.succeed(false))
      response.once("close", gone)
      response.write(chunk, error => {
        response.off("close", gone)
        resume(Effect.succeed(error === null || error === undefined))
      })
    })
  response.writeHead(status, { "content-type": "application/json" })
  let open = yield* write('{"data":"')
  for (let sent = 0; open && sent < bytes; sent += CHUNK.length) {
    open = yield* write(CHUNK)
  }
  if (open) {
    response.end('"}')
  }
})
