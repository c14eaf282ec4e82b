import { Encoding, Redacted } from "effect"
import * as crypto from "node:crypto"

/** Hex of the Ed25519 signature (RFC 8032) of `message`. The configuration refuses a seed of other than 32 bytes. */
export const sign = (seed: Redacted.Redacted<Uint8Array>, message: Uint8Array): string =>
  Encoding.encodeHex(crypto.sign(null, message, privateKey(seed)))

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

/** Made once for each seed: that costs more than a signature. */
const privateKeys = new WeakMap<Redacted.Redacted<Uint8Array>, crypto.KeyObject>()

const privateKey = (seed: Redacted.Redacted<Uint8Array>): crypto.KeyObject => {
  const known = privateKeys.get(seed)
  if (known !== undefined) return known
  const der = Buffer.concat([pkcs8, Redacted.value(seed)])
  const made = crypto.createPrivateKey({ key: der, format: "der", type: "pkcs8" })
  privateKeys.set(seed, made)
  return made
}

/** PKCS #8 (RFC 8410): what comes before the seed of an Ed25519 key. */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex")
