import * as ed25519 from "@noble/ed25519"
import { Encoding, Redacted } from "effect"
import { createHash } from "node:crypto"

ed25519.hashes.sha512 = message => createHash("sha512").update(message).digest()

/** Hex of the Ed25519 signature (RFC 8032) of `message`. The configuration refuses a seed of other than 32 bytes. */
export const sign = (seed: Redacted.Redacted<Uint8Array>, message: Uint8Array): string =>
  Encoding.encodeHex(ed25519.sign(message, Redacted.value(seed)))

/** The headers of a signed call. Mochi accepts a signature for a few minutes only: make new ones for every try. */
export const signedHeaders = (signer: {
  readonly seed: Redacted.Redacted<Uint8Array>
  readonly application: string
  readonly nowMillis: number
}): Readonly<Record<string, string>> => {
  const message = Math.floor(signer.nowMillis / 1000).toString()
  if (newest?.seed !== signer.seed || newest.message !== message)
    newest = { seed: signer.seed, message, signature: sign(signer.seed, new TextEncoder().encode(message)) }
  return {
    "x-message": message,
    "x-signature": newest.signature,
    "x-application": signer.application
  }
}

/** All signatures of one message are the same bytes, and a message is good for a second. */
let newest:
  | { readonly seed: Redacted.Redacted<Uint8Array>; readonly message: string; readonly signature: string }
  | undefined
