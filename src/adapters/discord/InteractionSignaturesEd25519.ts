import { Clock, Effect, Either, Layer } from "effect"
import { InteractionSignatures, SignatureRefused } from "../../ports/Signatures.ts"
import type { Headers } from "../../ports/Signatures.ts"
import { inspectStamp, verifyInteraction } from "./interactionSignature.ts"
import type { SignatureRefusal } from "./interactionSignature.ts"

/** `publicKey` is the application's, 32 raw bytes. */
export const layer = (publicKey: Uint8Array): Layer.Layer<InteractionSignatures> =>
  Layer.succeed(InteractionSignatures, {
    inspect: Effect.fnUntraced(function* (headers) {
      yield* Either.mapLeft(inspectStamp(signatureHeaders(headers), yield* Clock.currentTimeMillis), refused)
    }),
    verify: Effect.fnUntraced(function* ({ body, headers }) {
      const signed = { ...signatureHeaders(headers), body }
      return yield* Either.mapLeft(
        verifyInteraction(signed, publicKey, yield* Clock.currentTimeMillis),
        refused
      )
    })
  })

const signatureHeaders = (headers: Headers) => ({
  signature: headers["x-signature-ed25519"],
  timestamp: headers["x-signature-timestamp"]
})

const refused = (reason: SignatureRefusal) => new SignatureRefused({ reason })
