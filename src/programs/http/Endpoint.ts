import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Context, Effect, HashMap, Layer, Ref } from "effect"
import type { Scope } from "effect"

/** A path at which a program answers over HTTP; the server knows it before the program is up. */
export interface Endpoint {
  readonly path: string
  readonly methods: ReadonlyArray<"GET" | "HEAD" | "POST">
}

type Handler = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** The handlers of the programs that are up, by path. The server is up before the database is, so most come later. */
export class Handlers extends Context.Tag("mochi/programs/http/Handlers")<
  Handlers,
  Ref.Ref<HashMap.HashMap<string, Handler>>
>() {
  static readonly layer: Layer.Layer<Handlers> = Layer.effect(
    Handlers,
    Ref.make(HashMap.empty<string, Handler>())
  )
}

/** Answers at the endpoint with this handler, as soon as everything that the handler needs is up. */
export const mount = <E, R>(
  { path }: Endpoint,
  handler: Effect.Effect<Handler, E, R>
): Layer.Layer<never, E, R | Handlers> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const handlers = yield* Handlers
      const handle = yield* handler
      yield* Ref.update(handlers, HashMap.set(path, handle))
    })
  )
