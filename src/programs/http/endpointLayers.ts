import { Effect, Layer } from "effect"
import { Endpoints } from "./Endpoints.ts"
import { Interactions } from "../discord/overHttp.ts"
import { Webhooks } from "../webhooks/Webhooks.ts"

export const webhooks = Layer.effectDiscard(
  Effect.gen(function* () {
    const endpoints = yield* Endpoints
    yield* endpoints.mount("/webhooks/mochi", (yield* Webhooks).handle)
  })
)

export const interactions = Layer.effectDiscard(
  Effect.gen(function* () {
    const endpoints = yield* Endpoints
    yield* endpoints.mount("/interactions", (yield* Interactions).handle)
  })
)
