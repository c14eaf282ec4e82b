import { Clock, Effect, Either, Layer } from "effect"
import { InteractionSignatures, SignatureRefused } from "../../ports/Signatures.ts"
import { verifyInteraction } from "./interactionSignature.ts"

/** `publicKey` is the application's, 32 raw bytes. */
export const layer = (publicKey: Uint8Array): Layer.Layer<InteractionSignatures> =>
  Layer.succeed(InteractionSignatures, {
    verify: Effect.fn("InteractionSignatures.verify")(function* ({ body, headers }) {
      const signed = {
        signature: headers["x-signature-ed25519"],
        timestamp: headers["x-signature-timestamp"],
        body
      }
      const verdict = verifyInteraction(signed, publicKey, yield* Clock.currentTimeMillis)
      return yield* Either.mapLeft(verdict, reason => new SignatureRefused({ reason }))
    })
  })
