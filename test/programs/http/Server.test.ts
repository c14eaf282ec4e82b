import { HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { createServer } from "node:http"
import { Handlers, mount } from "../../../src/programs/http/Endpoint.ts"
import type { Endpoint } from "../../../src/programs/http/Endpoint.ts"
import * as Server from "../../../src/programs/http/Server.ts"

const early: Endpoint = { path: "/early", methods: ["GET", "HEAD"] }
const late: Endpoint = { path: "/late", methods: ["POST"] }

/** A server that is up with `/early`, and what brings up the program behind `/late`. */
const starting = Effect.gen(function* () {
  const node = createServer()
  const handlers = yield* Layer.build(Handlers.layer)
  const answering = (endpoint: Endpoint, status: number) =>
    mount(endpoint, Effect.succeed(Effect.succeed(HttpServerResponse.empty({ status })))).pipe(
      Layer.provide(Layer.succeedContext(handlers))
    )
  yield* Layer.build(
    Server.layer([early, late]).pipe(
      Layer.provide(answering(early, 204)),
      Layer.provide(NodeHttpServer.layer(() => node, { host: "127.0.0.1", port: 0 })),
      Layer.provide(Layer.succeedContext(handlers))
    )
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
  const address = node.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const ask = (method: string, path: string) =>
    Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, { method }))
  return { ask, bringUp: Layer.build(answering(late, 202)) }
})

it.scopedLive("A path whose program is not up yet says that the service is starting, and then answers", () =>
  Effect.gen(function* () {
    const { ask, bringUp } = yield* starting
    const before = yield* ask("POST", "/late")
    expect([before.status, before.headers.get("retry-after")]).toEqual([503, "5"])
    expect(yield* Effect.promise(() => before.json())).toEqual({ error: "the service is starting" })
    expect((yield* ask("GET", "/early")).status).toBe(204)
    yield* bringUp
    expect((yield* ask("POST", "/late")).status).toBe(202)
    expect((yield* ask("POST", "/late/?again=1")).status).toBe(202)
  })
)

it.scopedLive(
  "A method that is not for a path, and a path that nobody serves, are refused from the start",
  () =>
    Effect.gen(function* () {
      const { ask } = yield* starting
      for (const [path, method, allowed] of [
        ["/late", "GET", "POST"],
        ["/early", "POST", "GET, HEAD"]
      ] as const) {
        const refused = yield* ask(method, path)
        expect([path, refused.status, refused.headers.get("allow")]).toEqual([path, 405, allowed])
      }
      expect((yield* ask("GET", "/")).status).toBe(404)
      expect((yield* ask("GET", "/late/more")).status).toBe(404)
    })
)
