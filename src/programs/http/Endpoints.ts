import type { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Context, Effect, HashMap, Layer, Ref } from "effect"
import type { Option, Scope } from "effect"

export type Handler = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** What is served beside the health checks: the server is up before the database is, so these come later. */
export class Endpoints extends Context.Tag("mochi/programs/Endpoints")<
  Endpoints,
  {
    readonly mount: (path: string, handler: Handler) => Effect.Effect<void>
    readonly find: (path: string) => Effect.Effect<Option.Option<Handler>>
  }
>() {}

export const layer: Layer.Layer<Endpoints> = Layer.effect(
  Endpoints,
  Effect.map(Ref.make(HashMap.empty<string, Handler>()), mounted => ({
    mount: (path, handler) => Ref.update(mounted, HashMap.set(path, handler)),
    find: path => Effect.map(Ref.get(mounted), HashMap.get(path))
  }))
)
