import * as HttpMiddleware from "@effect/platform/HttpMiddleware"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, HashMap, Layer, Option, Ref } from "effect"
import { Handlers } from "./Endpoint.ts"
import type { Endpoint } from "./Endpoint.ts"

/** Seconds after which a client that comes too early may try again. */
const startsWithin = "5"

/**
 * Answers at these endpoints as soon as their programs are up; until then it says that the service is starting. An answer
 * of the server's own says what is wrong and nothing else.
 */
export const layer = (endpoints: ReadonlyArray<Endpoint>) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const handlers = yield* Handlers
      const byPath = new Map(endpoints.map(endpoint => [endpoint.path, endpoint]))

      const answer = Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const endpoint = byPath.get(pathOf(request.url))
        if (endpoint === undefined) return problem(404, "there is nothing at this path")
        if (!endpoint.methods.some(method => method === request.method))
          return problem(405, "this method is not for this path", { allow: endpoint.methods.join(", ") })
        const handler = HashMap.get(yield* Ref.get(handlers), endpoint.path)
        if (Option.isNone(handler))
          return problem(503, "the service is starting", { "retry-after": startsWithin })
        return yield* handler.value
      }).pipe(
        Effect.catchAllCause(cause =>
          Effect.as(Effect.logError("A request went wrong", cause), problem(500, "something went wrong"))
        )
      )
      // A span for each request would join the trace that a stranger's headers name: endpoints make their own.
      return HttpMiddleware.withTracerDisabledWhen(HttpServer.serve(answer), () => true)
    })
  )

const pathOf = (url: string): string => {
  const path = url.split(/[?#]/, 1)[0] ?? ""
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path
}

const problem = (status: number, error: string, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.unsafeJson({ error }, { status, headers })
