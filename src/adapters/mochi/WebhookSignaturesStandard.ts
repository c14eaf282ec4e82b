import { Clock, Effect, Layer } from "effect"
import { Settings } from "../../config/Settings.ts"
import { WebhookSignatures } from "../../ports/Signatures.ts"
import { inspectHeaders, verifierOf, verifyWebhook } from "./standardWebhooks.ts"

export const layer: Layer.Layer<WebhookSignatures, never, Settings> = Layer.effect(
  WebhookSignatures,
  Effect.map(Settings, ({ webhooks }) => {
    const verifiers = webhooks.secrets.map(verifierOf)
    return {
      inspect: Effect.fnUntraced(function* (headers) {
        yield* inspectHeaders(headers, yield* Clock.currentTimeMillis)
      }),
      verify: Effect.fnUntraced(function* (signed) {
        return yield* verifyWebhook(signed, verifiers, yield* Clock.currentTimeMillis)
      })
    }
  })
)
