import { signAsync } from "@noble/ed25519"
import { Effect, Encoding, Redacted } from "effect"

/** Hex of the Ed25519 signature (RFC 8032) of `message`. */
export const sign = (seed: Redacted.Redacted<Uint8Array>, message: Uint8Array): Effect.Effect<string> =>
  // only a seed of other than 32 bytes could fail, and the configuration refuses those
  Effect.promise(() => signAsync(message, Redacted.value(seed))).pipe(Effect.map(Encoding.encodeHex))

/** The headers of a signed call. Mochi accepts a signature for a few minutes only: make new ones for every try. */
export const signedHeaders = (signer: {
  readonly seed: Redacted.Redacted<Uint8Array>
  readonly application: string
  readonly nowMillis: number
}): Effect.Effect<Readonly<Record<string, string>>> => {
  const message = Math.floor(signer.nowMillis / 1000).toString()
  return Effect.map(sign(signer.seed, new TextEncoder().encode(message)), signature => ({
    "x-message": message,
    "x-signature": signature,
    "x-application": signer.application
  }))
}
