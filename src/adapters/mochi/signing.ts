import { Encoding, Redacted } from "effect"
import * as crypto from "node:crypto"

/** Hex of the Ed25519 signature (RFC 8032) of `message`. The configuration refuses a seed of other than 32 bytes. */
export const sign = (seed: Redacted.Redacted<Uint8Array>, message: Uint8Array): string =>
  Encoding.encodeHex(crypto.sign(null, message, privateKey(Redacted.value(seed))))

/** The headers of a signed call. Mochi accepts a signature for a few minutes only: make new ones for every try. */
export const signedHeaders = (signer: {
  readonly seed: Redacted.Redacted<Uint8Array>
  readonly application: string
  readonly nowMillis: number
}): Readonly<Record<string, string>> => {
  const message = Math.floor(signer.nowMillis / 1000).toString()
  return {
    "x-message": message,
    "x-signature": sign(signer.seed, new TextEncoder().encode(message)),
    "x-application": signer.application
  }
}

const privateKey = (seed: Uint8Array): crypto.KeyObject =>
  crypto.createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" })

/** PKCS #8 (RFC 8410): what comes before the seed of an Ed25519 key. */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex")
